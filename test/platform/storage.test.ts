/** Sealed files are there whole or not at all, for this server alone, and no name leads out of their folder. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { folderStorage } from '../../src/platform/storage/index.ts';

describe('the storage in a folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'conclave-storage-'));
  const storage = folderStorage(join(root, 'not', 'there', 'yet'));
  const folder = randomUUID();
  after(() => {
    rmSync(root, { recursive: true });
  });

  it('gives back what was written, to nobody but its owner', async () => {
    const [name, text] = [randomUUID(), randomBytes(200_000)];
    await storage.write(folder, name, [text.subarray(0, 7), text.subarray(7)]);
    assert.deepEqual(await buffer(storage.read(folder, name)), text);
    assert.deepEqual(await storage.list(folder), [name]);
    const path = join(root, 'not', 'there', 'yet', folder);
    assert.deepEqual(
      [statSync(path).mode & 0o777, statSync(join(path, name)).mode & 0o777],
      [0o700, 0o600],
    );
  });

  it('leaves nothing of a file that could not be written to its end, as when the disk is full', async () => {
    const name = randomUUID();
    function* full() {
      yield randomBytes(100);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }
    await assert.rejects(storage.write(folder, name, full()), { code: 'ENOSPC' });
    assert.ok(!(await storage.list(folder)).includes(name));
    await storage.write(folder, name, [Buffer.from('now there is space')]);
    await assert.rejects(storage.write(folder, name, [Buffer.from('over it')]), { code: 'EEXIST' });
  });

  it('takes no name that is no id', async () => {
    for (const name of ['../x', 'a/b', '', '.', randomUUID().toUpperCase()]) {
      await assert.rejects(async () => storage.write(folder, name, []));
      assert.throws(() => storage.read(name, randomUUID()));
    }
    assert.ok(!existsSync(join(root, 'x')) && readdirSync(root).length === 1);
  });

  it('removes a folder with all that is in it, and one that is not there', async () => {
    await storage.removeFolder(folder);
    await storage.removeFolder(folder);
    assert.deepEqual(await storage.list(folder), []);
    await storage.remove(folder, randomUUID());
  });
});
