/** A backup is whole or is none, misses no table, and keeps the keys of the newest two alone. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Keeper } from '../../../src/operator/index.ts';
import { all, refusal, Refused, Restorable, someFolder } from '../../support/restorable.ts';

describe('taking a backup', function () {
  this.timeout(240_000);
  const folder = someFolder();
  let database: Restorable;
  before(async () => {
    database = await Restorable.create({ migrated: true });
  });
  after(async () => {
    await database.remove();
    folder.remove();
  });
  const taken = async (to: string) => {
    const last = (await all(database.keeper().take({ to }))).at(-1);
    assert.ok(last?.is === 'taken');
    return last;
  };
  const everythingIn = (path: string) => readdirSync(path, { recursive: true }).map(String);

  it('takes in a table that nobody thought of, after those that it refers to', async () => {
    await database.rows(
      `INSERT INTO workspace (workspace_id, slug, name, created_at) VALUES (gen_random_uuid(), 'tea', 'Tea', now())`,
    );
    await database.rows(
      `CREATE TABLE aaa_note (id serial PRIMARY KEY, workspace_id uuid REFERENCES workspace, "odd Name" text,
         twice int GENERATED ALWAYS AS (2 * id) STORED)`,
    );
    await database.rows(
      `INSERT INTO aaa_note (workspace_id, "odd Name") SELECT workspace_id, E'a\\tb' FROM workspace`,
    );
    const to = join(folder.path, 'new-table');
    const { path } = await taken(to);
    const { parts, sequences } = JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')) as {
      parts: { name: string; rows: number; columns: string[] }[];
      sequences: object[];
    };
    const names = parts.map(({ name }) => name);
    assert.ok(names.indexOf('aaa_note') > names.indexOf('workspace'));
    const part = parts.find(({ name }) => name === 'aaa_note');
    assert.deepEqual([part?.rows, part?.columns], [1, ['id', 'workspace_id', 'odd Name']]);
    assert.deepEqual(sequences, [{ name: 'aaa_note_id_seq', value: '1' }]);
    await database.rows('DROP TABLE aaa_note');
  });

  it('keeps the keys of the newest two, and every backup of the rows', async () => {
    const to = join(folder.path, 'keys');
    const made = [await taken(to), await taken(to), await taken(to), await taken(to)];
    const ofKeys = readdirSync(join(to, 'keys'));
    const names = made.map(({ keys }) => keys.split('/').at(-1) ?? '');
    assert.deepEqual(ofKeys.sort(), names.slice(-2).sort());
    assert.equal(readdirSync(to).length, 5);
    await all(database.keeper().check(to, null));
  });

  it('keeps no keys that are older than receipts of erasures say, but the newest', async () => {
    const to = join(folder.path, 'old-keys');
    const ofDays = (days: string) => ({
      ...process.env,
      ...database.environment,
      BACKUP_KEY_DAYS: days,
    });
    const first = await taken(to);
    const last = async (days: string) =>
      (await all(database.keeper({ environment: ofDays(days) }).take({ to }))).at(-1);
    const second = await last('1');
    assert.ok(second?.is === 'taken' && existsSync(first.keys));
    const judged = async (days: string) => {
      const keeper = database.keeper({ environment: ofDays(days) });
      const findings = await all(keeper.verify(join(to, 'keys')));
      return findings.find(({ check }) => check === 'backup-keys')?.verdict;
    };
    assert.deepEqual([await judged('1'), await judged('0')], ['ok', 'failed']);
    const third = await last('0');
    assert.ok(third?.is === 'taken');
    assert.deepEqual(readdirSync(join(to, 'keys')), [basename(third.keys)]);
    assert.ok(existsSync(second.path), 'rows stay');
  });

  it('leaves nothing when the database is lost on the way, and sweeps up after one that was killed', async () => {
    const to = join(folder.path, 'lost');
    const steps = database.keeper().take({ to })[Symbol.asyncIterator]();
    await steps.next();
    assert.ok(everythingIn(to).some((name) => name.includes('.unfinished')));
    await database.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'conclave backup' AND datname = current_database()`,
    );
    await assert.rejects(
      async () => {
        while ((await steps.next()).done !== true);
      },
      (error) => error instanceof Refused && error.code === 'unavailable',
    );
    assert.deepEqual(everythingIn(to), ['keys']);
    const killed = join(to, '.conclave-20200101T000000000Z-000000.unfinished');
    mkdirSync(killed);
    writeFileSync(join(killed, 'manifest.json'), '{}');
    assert.equal(await refusal(database.keeper().check(to, null)), 'no_backup');
    await taken(to);
    assert.ok(!readdirSync(to).some((name) => name.startsWith('.')));
  });

  it('is refused while another one is taken', async () => {
    const to = join(folder.path, 'busy');
    const steps = database.keeper().take({ to })[Symbol.asyncIterator]();
    await steps.next();
    assert.equal(await refusal(database.keeper().take({ to })), 'busy');
    await steps.return?.();
    assert.deepEqual(everythingIn(to), ['keys']);
  });

  it('says that the disk is full, keeps nothing of it, and leaves the keys of before', async function () {
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    const mount = ['-t', 'tmpfs', '-o', 'size=512k,mode=700', 'tmpfs', disk];
    if (spawnSync('mount', mount).status !== 0) this.skip(); // only root may
    try {
      await taken(disk);
      const before_ = everythingIn(disk).sort();
      writeFileSync(join(disk, 'filler'), Buffer.alloc(300 * 1024));
      assert.throws(() => {
        for (let n = 0; n < 1_000; n += 1)
          writeFileSync(join(disk, `filler-${n}`), Buffer.alloc(4_096));
      }, /ENOSPC/);
      assert.equal(await refusal(database.keeper().take({ to: disk })), 'disk_full');
      assert.deepEqual(
        everythingIn(disk)
          .filter((name) => !name.startsWith('filler'))
          .sort(),
        before_,
      );
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  it('is refused with a login that row level security binds', async () => {
    await withBoundOwner(database, async (keeper) => {
      assert.equal(await refusal(keeper.take({ to: join(folder.path, 'bound') })), 'bound_login');
    });
  });
});

describe('restoring a backup', function () {
  this.timeout(240_000);
  const folder = someFolder();
  let database: Restorable;
  before(async () => {
    database = await Restorable.inUse();
    await all(database.keeper().take({ to: folder.path }));
  });
  after(async () => {
    await database.remove();
    folder.remove();
  });
  const words = { from: folder.path, keepSessions: false };

  it('is refused into a database that holds rows, unless its name is said', async () => {
    const keeper = database.keeper();
    await database.rows(`UPDATE workspace SET slug = 'coffee'`);
    assert.equal(await refusal(keeper.restore(words)), 'not_empty');
    assert.equal(
      await refusal(keeper.restore({ ...words, replace: 'conclave' })),
      'other_database',
    );
    assert.deepEqual(await database.rows('SELECT slug FROM workspace'), [{ slug: 'coffee' }]);
    await all(keeper.restore({ ...words, replace: database.name }));
    assert.deepEqual(await database.rows('SELECT slug FROM workspace'), [{ slug: 'tea' }]);
  });

  it('is refused with a login that row level security binds, before anything is lost', async () => {
    await withBoundOwner(database, async (keeper) => {
      assert.equal(await refusal(keeper.restore(words)), 'bound_login');
      const replacing = { ...words, replace: database.name };
      assert.equal(await refusal(keeper.restore(replacing)), 'bound_login');
    });
    assert.deepEqual(await database.rows('SELECT slug FROM workspace'), [{ slug: 'tea' }]);
  });

  it('gives the channels another epoch each time', async () => {
    const epochs = new Set<number>();
    for (let n = 0; n < 2; n += 1) {
      const steps = database.keeper().restore({ ...words, replace: database.name });
      const last = (await all(steps)).at(-1);
      assert.ok(last?.is === 'restored');
      epochs.add(last.epoch);
    }
    assert.equal(epochs.size, 2);
  });

  it('applies the migrations that are newer than the backup afterwards, and none that it did not have before', async () => {
    const applied: (readonly string[] | null)[] = [];
    const { migrate } = await import('../../../scripts/migrations.ts');
    const keeper = database.keeper({
      migrate: (url, password, tls, names) => {
        applied.push(names);
        return migrate(url, password, tls, names);
      },
    });
    await all(keeper.restore({ ...words, replace: database.name }));
    assert.equal(applied.length, 2);
    assert.ok(applied[0] && applied[0].length > 20 && applied[1] === null);
  });

  it('is refused while a node is connected', async () => {
    const { World } = await import('../../support/world.ts');
    const world = await World.create({ environment: database.environment });
    try {
      const replacing = { ...words, replace: database.name };
      assert.equal(await refusal(database.keeper().restore(replacing)), 'in_use');
    } finally {
      await world.end();
    }
  });
});

/** With a login that owns everything there, and still is bound. */
async function withBoundOwner(database: Restorable, work: (keeper: Keeper) => Promise<void>) {
  const role = `bound_${database.name.slice(-8)}`;
  await database.rows(`CREATE ROLE ${role} LOGIN PASSWORD 'bound-password-of-it'`);
  try {
    await database.rows(`ALTER SCHEMA public OWNER TO ${role}`);
    await database.rows(`ALTER SCHEMA graphile_worker OWNER TO ${role}`);
    await database.rows(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'bound-password-of-it'];
    const environment = { ...process.env, ...database.environment, DATABASE_URL: url.href };
    await work(database.keeper({ environment }));
  } finally {
    await database.rows(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}`);
    await database.rows(`DROP ROLE ${role}`);
  }
}
