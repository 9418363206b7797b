/** A backup that was edited, cut short or mixed with another is refused before the database is touched. */
import assert from 'node:assert/strict';
import {
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { all, refusal, Restorable, someFolder } from '../../support/restorable.ts';

interface Artifacts {
  readonly folder: string;
  readonly database: string;
  readonly keys: string;
}

describe('a backup that was tampered with', function () {
  this.timeout(240_000);
  const folder = someFolder();
  let database: Restorable;
  /** Two of them, so that there is another one to mix it with. */
  let first: Artifacts;
  let second: Artifacts;
  before(async () => {
    database = await Restorable.inUse();
    await database.rows(
      `INSERT INTO workspace_key SELECT workspace_id, 1, '1', '\\x00', now() FROM workspace`,
    );
    first = await taken('first');
    second = await taken('second');
  });
  after(async () => {
    await database.remove();
    folder.remove();
  });

  async function taken(name: string): Promise<Artifacts> {
    const to = join(folder.path, name);
    const last = (await all(database.keeper().take({ to }))).at(-1);
    assert.ok(last?.is === 'taken');
    return { folder: to, database: last.path, keys: last.keys };
  }
  /** Whoever restores into a database that holds rows is refused for that, once the backup was found whole. */
  const restored = ({ folder: from }: Artifacts) =>
    refusal(database.keeper().restore({ from, keepSessions: false }));
  const checked = ({ folder: path }: Artifacts) => refusal(database.keeper().check(path, null));

  /** Damages a copy; gives how both the check and the restore refuse it. */
  async function after_(damage: (copy: Artifacts) => void): Promise<string> {
    const to = join(folder.path, 'copy');
    cpSync(first.folder, to, { recursive: true });
    const moved = (path: string) => path.replace(first.folder, to);
    const copy = { folder: to, database: moved(first.database), keys: moved(first.keys) };
    try {
      damage(copy);
      return [...new Set([await checked(copy), await restored(copy)])].join(', ');
    } finally {
      rmSync(to, { recursive: true });
    }
  }

  it('is accepted while nobody touched it', async () => {
    const found = await all(database.keeper().check(first.folder, null));
    assert.deepEqual(
      found.map(({ kind, signedBy, opened }) => [kind, signedBy, opened]),
      [
        ['database', 'ours', true],
        ['keys', 'ours', true],
      ],
    );
    assert.equal(await restored(first), 'not_empty');
  });

  for (const which of ['database', 'keys'] as const) {
    it(`is refused for each file of the ${which} with a flipped byte, cut short, missing or another's`, async () => {
      const files = readdirSync(first[which]).filter((name) => name !== 'manifest.json');
      assert.ok(files.length >= 3);
      for (const [i, name] of files.entries()) {
        const at = (artifacts: Artifacts) => join(artifacts[which], name);
        const flip = (copy: Artifacts) => {
          const bytes = readFileSync(at(copy));
          const place = Math.floor(bytes.length / 2);
          bytes[place] = (bytes[place] ?? 0) ^ 1;
          writeFileSync(at(copy), bytes);
        };
        assert.equal(await after_(flip), 'damaged', name);
        if (i > 2) continue; // the same code for all of them
        const size = readFileSync(at(first)).length;
        assert.equal(await after_((copy) => truncateSync(at(copy), size - 1)), 'damaged', name);
        assert.equal(await after_((copy) => rmSync(at(copy))), 'damaged', name);
        const other = files[(i + 1) % files.length] ?? '';
        const swap = (copy: Artifacts) => cpSync(join(copy[which], other), at(copy));
        assert.equal(await after_(swap), 'damaged', name);
        const older = (copy: Artifacts) => cpSync(at(second), at(copy));
        assert.equal(await after_(older), 'damaged', name);
      }
    });

    it(`is refused with a manifest of the ${which} that was edited, is another's, or is none`, async () => {
      const at = (artifacts: Artifacts) => join(artifacts[which], 'manifest.json');
      const edit = (from: string | RegExp, to: string) => (copy: Artifacts) => {
        const text = readFileSync(at(copy), 'utf8');
        assert.notEqual(text.replace(from, to), text);
        writeFileSync(at(copy), text.replace(from, to));
      };
      assert.equal(await after_(edit(/"rows": \d+/, '"rows": 77')), 'forged');
      assert.equal(await after_(edit(/"takenAt": "2/, '"takenAt": "3')), 'forged');
      assert.equal(await after_(edit('"format": 1', '"format": 2')), 'forged');
      assert.equal(await after_(edit('{', '{ "more": 1,')), 'forged');
      assert.equal(await after_((copy) => writeFileSync(at(copy), '{')), 'forged');
      assert.equal(await after_((copy) => cpSync(at(second), at(copy))), 'forged');
      const newer = (path: string) => path.replace(/conclave-\d{4}/, 'conclave-2999');
      const renamed = (copy: Artifacts) => renameSync(copy[which], newer(copy[which]));
      assert.equal(await after_(renamed), 'forged');
    });
  }

  it('is refused under other root keys, and by a check that is told of another signer', async () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)).toString('base64');
    const others = {
      CONCLAVE_ROOT_KEYS: JSON.stringify({ current: '1', keys: { 1: key } }),
      CONCLAVE_ROOT_KEYS_FILE: '',
    };
    const environment = { ...process.env, ...database.environment, ...others };
    const stranger = database.keeper({ environment });
    const { folder: from } = first;
    assert.equal(await refusal(stranger.restore({ from, keepSessions: false })), 'foreign_backup');
    assert.equal(await refusal(stranger.check(from, null)), 'forged');
    assert.equal(await refusal(stranger.take({ to: from })), 'foreign_folder');
    const nowhere = database.keeper({ environment: {}, root: '/nonexistent' });
    const [one] = await all(nowhere.check(from, null));
    assert.deepEqual([one?.signedBy, one?.opened], ['unknown', false]);
    const given = await all(nowhere.check(from, [one?.publicKey ?? '']));
    assert.deepEqual(new Set(given.map(({ signedBy }) => signedBy)), new Set(['given']));
    const wrong = Buffer.alloc(32, 1).toString('base64url');
    assert.equal(await refusal(nowhere.check(from, [wrong])), 'forged');
  });

  it('is refused with keys that are older than its rows', async () => {
    const words = { from: second.folder, keys: first.keys, keepSessions: false };
    assert.equal(await refusal(database.keeper().restore(words)), 'older_keys');
    const newer = { from: first.folder, keys: second.keys, keepSessions: false };
    assert.equal(await refusal(database.keeper().restore(newer)), 'not_empty');
  });

  it('is refused as a folder without keys for its newest rows, unless they are elsewhere', async () => {
    const keysOf = (from: Artifacts) => (copy: Artifacts) => {
      rmSync(copy.keys, { recursive: true });
      cpSync(from.keys, join(copy.folder, 'keys', basename(from.keys)), { recursive: true });
    };
    const without = (copy: Artifacts) => rmSync(join(copy.folder, 'keys'), { recursive: true });
    assert.equal(await after_(without), 'older_keys, no_backup');
    assert.equal(await after_(keysOf(second)), 'nothing refused it, not_empty');
    const { folder: path } = second;
    const check = (keys: string) => refusal(database.keeper().check(path, null, keys));
    assert.equal(await check(first.keys), 'older_keys');
    assert.equal(await check(join(first.folder, 'keys')), 'older_keys');
    assert.equal(await check(second.keys), 'nothing refused it');
  });

  it('is refused with migrations that this program does not have', async () => {
    const keeper = database.keeper({ migrations: () => new Map() });
    const words = { from: first.folder, keepSessions: false };
    assert.equal(await refusal(keeper.restore(words)), 'newer_backup');
  });
});
