/** Tokens that processes share: each takes over what another renewed, and none brings back what another ended. */
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileLock } from '../../../src/cli/state/file-lock.ts';
import { tokenFile } from '../../../src/cli/state/token-file.ts';
import type { Storage } from '../../../src/client/index.ts';
import { machine } from '../support.ts';

describe('the tokens on disk', () => {
  let folder: string;
  let one: Storage;
  let two: Storage;
  const key = 'session';
  const text = (sessionId: string, token = '1') => JSON.stringify({ sessionId, token });
  const open = () =>
    tokenFile(folder, new FileLock(join(folder, 'session.lock'), machine), machine);
  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'conclave-tokens-'));
    one = open();
    two = open();
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const kept = () => open().read(key);

  it('are what another process of the same session renewed last', async () => {
    await one.write(key, text('a'));
    assert.equal(await two.read(key), text('a'));
    await one.write(key, text('a', '2'));
    assert.equal(await two.read(key), text('a', '2'));
    await two.write(key, text('a', '3'));
    assert.equal(await one.read(key), text('a', '3'));
  });

  it('are not brought back by a refresh that ends after another process signed out', async () => {
    await one.write(key, text('a'));
    await two.read(key);
    await two.remove(key);
    await one.write(key, text('a', '2'));
    assert.equal(await kept(), null);
  });

  it('are not overwritten, read or removed by the session that another process replaced', async () => {
    await one.write(key, text('a'));
    await two.read(key);
    await two.write(key, text('b'));
    assert.equal(await one.read(key), null);
    await one.write(key, text('a', '2'));
    assert.equal(await kept(), text('b'));
    await one.remove(key);
    assert.equal(await kept(), text('b'));
    await one.write(key, text('c'));
    assert.equal(await kept(), text('c'), 'but signing in again replaces what is there');
  });
});
