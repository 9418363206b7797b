/** Whoever locks a channel is given its row as the one they waited for left it, in one statement. */
import assert from 'node:assert/strict';
import { channelStore } from '../../src/chat/channel-store.ts';
import { readConfig } from '../../src/config.ts';
import type { ChannelId } from '../../src/contract/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { World } from '../support/world.ts';

describe('the lock of a channel', () => {
  let world: World;
  let postgres: Postgres;
  let channelId: ChannelId;
  before(async () => {
    world = await World.create();
    postgres = new Postgres(readConfig(process.env).database);
    const alice = await world.person('Alice');
    ({ id: channelId } = await world.channel(alice));
    await alice.call('channel.update', { channelId, topic: 'news' }).accepted();
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  const lock = (id: ChannelId) =>
    postgres.transaction(world.workspaceId, 'own', (tx) =>
      channelStore(tx, world.workspaceId).lock(id),
    );

  it('gives the row that a look gives, field by field', async () => {
    const looked = await postgres.transaction(world.workspaceId, 'read', (tx) =>
      channelStore(tx, world.workspaceId).find(channelId),
    );
    assert.ok(looked?.topicSealed);
    assert.deepEqual(await lock(channelId), looked);
    assert.equal(await lock(world.workspaceId as string as ChannelId), null);
  });

  it('gives what was changed while one waited for it', async () => {
    const holder = await world.database.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('UPDATE channel SET last_rev = 4711, read_only = true WHERE id = $1', [
        channelId,
      ]);
      const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const waiting = lock(channelId);
      await eventually('the lock waits', async () => {
        const text = 'SELECT FROM pg_stat_activity WHERE $1::int = ANY (pg_blocking_pids(pid))';
        return (await world.database.query(text, [rows[0]?.pid])).rowCount === 1;
      });
      await holder.query('COMMIT');
      const row = await waiting;
      assert.deepEqual([row?.lastRev, row?.readOnly], [4711, true]);
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  });
});
