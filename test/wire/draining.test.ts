/** A server that stops answers what it was asked, tells everybody when to come back, and lets nobody hold it up. */
import assert from 'node:assert/strict';
import type { PoolClient } from 'pg';
import { rows } from '../chat/support.ts';
import { World } from '../support/world.ts';
import type { ChannelId } from '../../src/contract/index.ts';

describe('a server that stops', () => {
  let world: World;
  let held: PoolClient;
  const begin = async (environment: Record<string, string> = {}) => {
    world = await World.create({ environment });
    held = await world.database.connect();
  };
  afterEach(async () => {
    held.release();
    await world.end();
  });

  /** Nothing is posted in the channels until this is let go. */
  const hold = async (...channels: readonly ChannelId[]) => {
    await held.query('BEGIN');
    await held.query('SELECT 1 FROM channel WHERE id = ANY ($1::uuid[]) FOR UPDATE', [channels]);
  };
  /** Resolves when that many calls wait for what is held. */
  const waiting = async (calls: number) => {
    const blocked = `SELECT 1 FROM pg_stat_activity a, pg_backend_pid() me
      WHERE wait_event_type = 'Lock' AND $1 = ANY (pg_blocking_pids(a.pid))`;
    const { rows: mine } = await held.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    while ((await rows(world, blocked, mine[0]?.pid)).length < calls);
  };

  it('answers every call that it had taken, by socket and by HTTP, and only then closes', async () => {
    await begin();
    const [alice, bob, idle] = [
      await world.person('Alice'),
      await world.person('Bob'),
      await world.person('Somebody idle'),
    ];
    // Each in a channel of their own, with a key from before: what waits for the same thing waits together.
    const { id: channelId } = await world.channel(alice);
    const { id: other } = await world.channel(bob);
    await alice.send(channelId, 'before', world.clientId()).accepted();
    await bob.send(other, 'before', world.clientId()).accepted();
    await hold(channelId, other);
    const first = alice.send(channelId, 'one', world.clientId());
    const second = alice.send(channelId, 'two', world.clientId());
    const path = `/v1/channels/${other}/messages`;
    const clientId = world.clientId();
    const overHttp = bob.http('POST', path, { clientId, body: 'over HTTP' });
    await waiting(2);

    const stopping = world.app.stop();
    const { reconnectInMs } = await alice.hears('server.draining');
    assert.ok(reconnectInMs >= 250 && reconnectInMs < 1_250, String(reconnectInMs));
    await idle.connection.closed();
    await idle.hears('connection.closing', ({ code }) => code === 'server_draining');
    const late = await alice.call('role.describe', {}).refused('unavailable');
    assert.deepEqual([late.retry, late.retryAfterMs], ['later', reconnectInMs]);
    await assert.rejects(idle.connect());
    await assert.rejects(bob.http('GET', '/v1/channels').accepted());
    assert.ok(alice.connection.socket.connected);

    await held.query('COMMIT');
    await Promise.all([first.accepted(), second.accepted(), overHttp.accepted(), stopping]);
    await alice.hears('connection.closing', ({ code }) => code === 'server_draining');
    await alice.connection.closed();
    const stored = async (id: ChannelId) =>
      (await rows(world, 'SELECT 1 FROM message WHERE channel_id = $1', id)).length;
    assert.deepEqual([await stored(channelId), await stored(other)], [3, 2]);
  });

  it('waits no longer than it is told, and never says yes or no to what it had to leave', async () => {
    await begin({ DRAIN_MS: '50' });
    const alice = await world.person('Alice');
    const { id: channelId } = await world.channel(alice);
    await hold(channelId);
    let answers = 0;
    void alice.send(channelId, 'too late', world.clientId()).then(
      () => (answers += 1),
      () => undefined,
    );
    await waiting(1);
    const stopping = world.app.stop();
    await alice.connection.closed();
    await alice.hears('connection.closing', ({ code }) => code === 'server_draining');
    await held.query('COMMIT');
    await stopping;
    assert.equal(answers, 0);
  });
});
