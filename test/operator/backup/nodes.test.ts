/** No node serves what a restore brings without having held it against the ledger: it waits, or the restore is refused. */
import assert from 'node:assert/strict';
import pg from 'pg';
import { migrate } from '../../../scripts/migrations.ts';
import { createApp, type App } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { createLog } from '../../../src/platform/log.ts';
import { RESTORE_LOCK } from '../../../src/platform/owner-postgres.ts';
import { connected } from '../../architecture/own-database.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import { all, refusal, Restorable, someFolder } from '../../support/restorable.ts';
import { ROOMY } from '../../support/world.ts';

describe('a node beside a restore', function () {
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
  /** Restores; `meanwhile` is done each time that the schema was made or brought up to date. */
  const restoring = (meanwhile: () => Promise<void>) =>
    database
      .keeper({
        async migrate(...to) {
          await migrate(...to);
          await meanwhile();
        },
      })
      .restore({ from: folder.path, replace: database.name, keepSessions: false });

  it('does not start before the restore is done', async () => {
    const config = readConfig({ ...process.env, ...ROOMY, ...database.environment });
    let refused = 0;
    await all(
      restoring(async () => {
        const app = createApp({ config, log: createLog('silent') });
        try {
          await assert.rejects(app.start(), /being put into this database just now/);
          refused += 1;
        } finally {
          await app.stop();
        }
      }),
    );
    assert.equal(refused, 2, 'on the empty schema, and before the last migrations');
    const app = createApp({ config, log: createLog('silent') });
    await app.start();
    await app.stop();
  });

  describe('that runs', () => {
    const apps: App[] = [];
    let owner: pg.Client;
    beforeEach(async () => {
      const config = readConfig({ ...process.env, ...ROOMY, ...database.environment });
      for (let n = 0; n < 2; n += 1) apps.push(createApp({ config, log: createLog('silent') }));
      for (const app of apps) await app.start();
      owner = await connected(database.url);
    });
    afterEach(async () => {
      await Promise.all([...apps.splice(0).map((app) => app.stop()), owner.end()]);
    });

    /** Alone on the database, as a restore is: each node's hold is taken from it. */
    async function alone(): Promise<void> {
      await eventually('the lock is free', async () => {
        await owner.query(
          `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = ${RESTORE_LOCK}
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        const { rows } = await owner.query<{ mine: boolean }>(
          `SELECT pg_try_advisory_lock(${RESTORE_LOCK}) AS mine`,
        );
        return rows[0]?.mine === true;
      });
    }
    const give = () => owner.query(`SELECT pg_advisory_unlock(${RESTORE_LOCK})`);
    const serve = async () => {
      await Promise.all(apps.map(({ lease }) => lease.read()));
      return apps.map(({ lease }) => lease.held);
    };
    const serveNobody = () =>
      eventually('no node serves', async () => (await serve()).every((held) => !held));

    it('has a restore refused, by the lock alone', async () => {
      const text = `SELECT pg_try_advisory_lock(${RESTORE_LOCK}) AS mine`;
      assert.deepEqual((await owner.query(text)).rows, [{ mine: false }]);
      assert.equal(await refusal(restoring(() => Promise.resolve())), 'in_use');
      await apps[0]?.stop();
      assert.deepEqual((await owner.query(text)).rows, [{ mine: false }], 'each node holds it');
    });

    it('takes what it lost again; while somebody has the database alone, it serves nobody', async () => {
      await alone();
      await serveNobody();
      await give();
      assert.deepEqual(await serve(), [true, true]);
      const none = Promise.resolve(null);
      for (const { outlived } of apps) assert.equal(await Promise.race([outlived, none]), null);
      const text = `SELECT pg_try_advisory_lock(${RESTORE_LOCK}) AS mine`;
      assert.deepEqual((await owner.query(text)).rows, [{ mine: false }], 'taken again');
    });

    it('serves nobody any more once the tables are those of a restore', async () => {
      await alone();
      await owner.query(`BEGIN; ALTER TABLE workspace RENAME TO old;
        CREATE TABLE workspace (LIKE old INCLUDING ALL); COMMIT`);
      await give();
      try {
        await serveNobody();
        assert.deepEqual(await serve(), [false, false], 'for good');
        for (const { outlived } of apps)
          assert.match((await outlived).message, /was put into this database while the server ran/);
      } finally {
        await owner.query('DROP TABLE workspace; ALTER TABLE old RENAME TO workspace');
      }
    });
  });

  it('that connects again on the way has the restore refused, and none of its rows is there', async () => {
    const config = readConfig({ ...process.env, ...ROOMY, ...database.environment });
    const node = new pg.Client({ connectionString: config.database.url.reveal() });
    const steps = restoring(async () => {
      await node.connect();
    });
    try {
      assert.equal(await refusal(steps), 'in_use');
    } finally {
      await node.end();
    }
    assert.deepEqual(await database.rows('SELECT slug FROM workspace'), []);
  });
});
