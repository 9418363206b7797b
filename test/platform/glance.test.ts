/** Several questions are answered from one snapshot of one workspace, in one round trip, and change nothing. */
import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.ts';
import type { WorkspaceId } from '../../src/contract/index.ts';
import { Refusal } from '../../src/kernel/index.ts';
import { Postgres, type Question } from '../../src/platform/postgres/index.ts';
import { countingWay, type CountingWay } from '../support/counting-way.ts';
import { World } from '../support/world.ts';

const SCOPED = `SELECT current_setting('app.workspace') AS workspace, pg_current_snapshot()::text AS snapshot`;
const scoped: Question = { name: 'scoped', text: SCOPED, values: [] };
const channels: Question = { name: 'channels', text: 'SELECT id FROM channel', values: [] };

describe('a glance', () => {
  let world: World;
  let way: CountingWay;
  let postgres: Postgres;
  let channelId: string;
  before(async () => {
    world = await World.create();
    ({ id: channelId } = await world.channel(await world.person('Alice')));
    way = await countingWay(readConfig(process.env).database.url);
    postgres = new Postgres({ url: way.url, connections: 1, statementTimeoutMs: 500 });
    await glance(scoped);
  });
  after(async () => {
    await postgres.close();
    way.close();
    await world.end();
  });

  const glance = (...questions: Question[]) =>
    postgres.statements.glance(world.workspaceId, questions);

  it('asks however much in one round trip, of one snapshot and one workspace', async () => {
    const took = await way.during(async () => {
      const [first, own, last] = await glance(scoped, channels, scoped);
      assert.equal(first?.[0]?.['workspace'], world.workspaceId);
      assert.deepEqual(first, last);
      assert.deepEqual(own, [{ id: channelId }]);
    });
    assert.equal(took, 1);
    const elsewhere = '0c000000-0000-7000-8000-00000000000c' as WorkspaceId;
    assert.deepEqual(await postgres.statements.glance(elsewhere, [channels]), [[]]);
  });

  it('leaves no scope on the connection, and no transaction', async () => {
    await glance(scoped);
    const text = `SELECT coalesce(current_setting('app.workspace', true), '') AS workspace`;
    assert.deepEqual(await postgres.statements.read('outside', text, []), [{ workspace: '' }]);
    assert.deepEqual(await postgres.statements.read('channels', channels.text, []), []);
  });

  it('changes nothing, and the connection is as good as before', async () => {
    const text = 'UPDATE channel SET read_only = true';
    const changing = glance(scoped, { name: 'changing', text, values: [] }, scoped);
    await assert.rejects(changing, /read-only transaction/);
    assert.equal((await glance(channels))[0]?.length, 1);
  });

  it('is unavailable for a moment where a question takes too long', async () => {
    const text = 'SELECT 1 AS one, pg_sleep(5)::text AS slept';
    await assert.rejects(glance(scoped, { name: 'slow', text, values: [] }), (error) => {
      assert.ok(error instanceof Refusal && error.code === 'unavailable', String(error));
      return true;
    });
    assert.equal((await glance(channels))[0]?.length, 1);
  });
});
