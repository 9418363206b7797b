/** Filters as rows: nodes that count the same ones at the same time wait for each other in one order. */
import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.ts';
import { filterStore } from '../../src/moderation/filter-store.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { World } from '../support/world.ts';
import { rows } from '../chat/support.ts';
import { scene } from './support.ts';

describe('the rows of filters', () => {
  let world: World;
  let postgres: Postgres;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...readConfig(process.env).database, connections: 1 });
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  it('are counted in the order of their ids, whatever order they lie and are named in', async () => {
    const { channelId, keeper } = await scene(world);
    const make = async (text: string) => {
      const input = { channelId, kind: 'word', action: 'count', text } as const;
      return (await keeper.call('filter.create', input).accepted()).id;
    };
    const [first, second] = [await make('one'), await make('two')];
    await rows(world, 'UPDATE content_filter SET hits = 1 WHERE id = $1', first); // now it lies behind
    const other = await world.database.connect();
    try {
      await other.query('BEGIN');
      const lock = 'SELECT FROM content_filter WHERE id = $1 FOR NO KEY UPDATE';
      await other.query(lock, [first]);
      const hits = new Map([
        [second, 2],
        [first, 3],
      ]);
      const counting = postgres.transaction(world.workspaceId, 'own', (tx) =>
        filterStore(tx, world.workspaceId).count(hits),
      );
      await eventually('the count waits', async () => {
        const waiting = await rows(
          world,
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        );
        return waiting.length > 0;
      });
      await other.query(`${lock} NOWAIT`, [second]); // nobody who waits for the first holds it
      await other.query('COMMIT');
      await counting;
    } finally {
      other.release();
    }
    const text = 'SELECT id, hits::int FROM content_filter WHERE id = ANY ($1::uuid[]) ORDER BY id';
    assert.deepEqual(await rows(world, text, [first, second]), [
      { id: first, hits: 4 },
      { id: second, hits: 2 },
    ]);
  });
});
