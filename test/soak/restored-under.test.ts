/** A node that a backup was put under ends by itself; the one that is started instead has erased again before it serves. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { UserId } from '../../src/contract/index.ts';
import { ledgerHeads } from '../../src/operator/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { unusedPort } from '../support/bootstrap-start.ts';
import { NodeProcess } from '../support/node-process.ts';
import { Person } from '../support/person.ts';
import { all, Restorable, someFolder } from '../support/restorable.ts';
import { clientId } from '../support/two-nodes.ts';
import { register, signIn, signInRefusal } from '../support/two-processes.ts';

/** A job that failed on a busy machine is tried again a while later. */
const PATIENCE_MS = 120_000;

describe('soak: a restore under a node that stands still', function () {
  this.timeout(400_000);
  const folder = someFolder();
  let database: Restorable;
  let nodes: NodeProcess[];
  before(async () => {
    database = await Restorable.create({ migrated: true });
    nodes = [];
  });
  after(async () => {
    for (const node of nodes) await node.stop();
    await database.remove();
    folder.remove();
  });

  async function start(port: number): Promise<NodeProcess> {
    const node = await NodeProcess.start({
      ...database.environment,
      ...{ PORT: String(port), TRUSTED_PROXIES: '127.0.0.1', ERASURE_GRACE_DAYS: '0' },
      ERASURE_LEDGER_FILE: join(folder.path, 'ledger.jsonl'),
    });
    nodes.push(node);
    return node;
  }
  const keysOf = async (userId: UserId) => {
    const text = `SELECT (SELECT count(*) FROM subject_key WHERE subject_id = $1)::int
      + (SELECT count(*) FROM data_key WHERE author_id = $1)::int AS count`;
    return (await database.rows<{ count: number }>(text, [userId]))[0]?.count;
  };

  it('ends the node with an error; a new one serves, and nobody whose erasure the ledger knows is back', async () => {
    const port = await unusedPort();
    const old = await start(port);
    const credentials = await register('Ada', old);
    const ada = new Person(old.url, 'Ada', await signIn(old, credentials));
    await ada.connect();
    const { id } = await ada.call('channel.create', { kind: 'private', name: 'A room' }).accepted();
    await ada.send(id, 'canary', clientId()).accepted();
    const other = await register('Bob', old);
    const keeper = database.keeper({ heads: ledgerHeads });
    await all(keeper.take({ to: folder.path }));
    const { password } = credentials;
    const { erasureId } = await ada.call('erasure.request', { password }).accepted();
    await eventually(
      'she is erased',
      async () => {
        const text = `SELECT FROM erasure WHERE id = $1 AND state = 'done'`;
        return (await database.rows(text, [erasureId])).length === 1;
      },
      PATIENCE_MS,
    );

    // The machine of the node swaps, its connections are lost, and somebody restores meanwhile.
    old.freeze();
    await database.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
       AND pid <> pg_backend_pid()`,
    );
    const words = { from: folder.path, replace: database.name, keepSessions: true };
    await all(database.keeper().restore(words));
    assert.equal(await keysOf(ada.userId), 2, 'the backup has them');
    old.thaw();
    await eventually('the node has ended', () => !old.alive, PATIENCE_MS);
    assert.equal(await old.stop(), 1);
    const [said] = old.logged(({ message }) => message === 'the server ends');
    assert.match(JSON.stringify(said), /A backup was put into this database while the server ran/);
    assert.equal(await keysOf(ada.userId), 2, 'it touched nothing');

    const fresh = await start(port);
    assert.equal(await keysOf(ada.userId), 0, 'gone before it serves');
    assert.equal(await signInRefusal(fresh, credentials), 'invalid_credentials');
    await signIn(fresh, other);
  });
});
