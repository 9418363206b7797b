/** No node serves what a restore brings without having held it against the ledger: it waits, or the restore is refused. */
import assert from 'node:assert/strict';
import pg from 'pg';
import { migrate } from '../../../scripts/migrations.ts';
import { createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { createLog } from '../../../src/platform/log.ts';
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
