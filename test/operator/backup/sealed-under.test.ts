/** A root key that a backup is sealed under is not said to be free: without it, what was backed up is lost. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operator } from '../../../src/operator/index.ts';
import { operatorOf } from '../../support/rotation-load.ts';
import { all, Restorable, someFolder } from '../../support/restorable.ts';

describe('the root key of a backup', function () {
  this.timeout(120_000);
  const folder = someFolder();
  const elsewhere = someFolder();
  const keys = Object.fromEntries(['old', 'new'].map((name) => [name, randomBytes(32)]));
  let database: Restorable;
  let operator: Operator;
  before(async () => {
    database = await Restorable.inUse();
    operator = await operatorOf(settings('new'));
  });
  after(async () => {
    await operator.close();
    await database.remove();
    for (const { remove } of [folder, elsewhere]) remove();
  });

  const settings = (current: string) => {
    const ring = Object.entries(keys).map(([name, key]) => [name, key.toString('base64')]);
    return {
      ...process.env,
      ...database.environment,
      CONCLAVE_ROOT_KEYS: JSON.stringify({ current, keys: Object.fromEntries(ring) as object }),
      CONCLAVE_ROOT_KEYS_FILE: '',
      ERASURE_LEDGER_FILE: join(elsewhere.path, 'ledger.jsonl'),
    };
  };
  const take = async (under: string, keysTo?: string) => {
    const keeper = database.keeper({ environment: settings(under) });
    const taken = (await all(keeper.take({ to: folder.path, keysTo }))).at(-1);
    assert.ok(taken?.is === 'taken');
    return taken;
  };
  const old = async (folders?: { backups: string; keys?: string }) => {
    const found = await all(operator.keys({ retire: false, folders }));
    const of = found.find((key) => key.of === 'server' && key.rootKey === 'old');
    assert.ok(of?.of === 'server');
    return [of.backups, of.removable];
  };

  it('is counted for the rows and for the keys, and may go when nothing is left that it seals', async () => {
    const backups = folder.path;
    assert.deepEqual(await old(), [null, true], 'nobody said where backups are');
    assert.deepEqual(await old({ backups }), [0, true], 'there is none');
    const first = await take('old');
    assert.deepEqual(await old({ backups }), [2, false]);
    for (let n = 0; n < 2; n += 1) await take('new');
    assert.deepEqual(await old({ backups }), [1, false], 'its keys went, its rows did not');
    rmSync(first.path, { recursive: true });
    assert.deepEqual(await old({ backups }), [0, true]);
    await take('old', elsewhere.path);
    assert.deepEqual(await old({ backups }), [1, false], 'the rows');
    assert.deepEqual(await old({ backups, keys: elsewhere.path }), [2, false]);
  });

  it('is not guessed where a manifest was edited or is gone: the command names the backup', async () => {
    const { path } = await take('old');
    const manifest = join(path, 'manifest.json');
    const text = readFileSync(manifest, 'utf8');
    const asked = () => all(operator.keys({ retire: false, folders: { backups: folder.path } }));
    writeFileSync(manifest, text.replace('"rootKey": "old"', '"rootKey": "new"'));
    assert.ok(readFileSync(manifest, 'utf8') !== text);
    await assert.rejects(asked(), /^Error: forged: .* was changed since it was signed/);
    rmSync(manifest);
    await assert.rejects(asked(), /^Error: no_backup: /);
  });
});
