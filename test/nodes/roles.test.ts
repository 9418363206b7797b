/** A role reaches the live sockets of all nodes: what it opens is told, what is taken is gone, within five seconds without Redis. */
import assert from 'node:assert/strict';
import { OwnRedis } from '../support/own-redis.ts';
import type { Person } from '../support/person.ts';
import { bodies, clientId, TwoNodes } from '../support/two-nodes.ts';
import { given, reading } from '../access/role-support.ts';

describe('roles across two nodes', () => {
  let redis: OwnRedis;
  let nodes: TwoNodes;
  let admin: Person;
  before(async () => {
    redis = await OwnRedis.start();
    nodes = await TwoNodes.create({ environment: { REDIS_URL: redis.url } });
    admin = await nodes.person('Admin', nodes.a, 'admin');
  });
  after(async () => {
    await nodes.end();
    await redis.end();
  });

  type Taking = (role: {
    readonly roleId: Awaited<ReturnType<typeof given>>;
    readonly userId: Person['userId'];
  }) => PromiseLike<unknown>;

  /** Somebody reads on both nodes by a role; gives how long they went on after it was taken on node A, in milliseconds. */
  async function lasts(take: Taking): Promise<number> {
    const eve = await nodes.person('Eve', nodes.b);
    const onA = await eve.connectTo(nodes.a.url);
    const { id: channelId } = await nodes.channel(admin);
    const roleId = await given(admin, reading(channelId), eve);
    for (const connection of [onA, eve.connection])
      await connection.call('channel.subscribe', { channelId }).accepted();
    await admin.send(channelId, 'by the role', clientId()).accepted();
    for (const connection of [onA, eve.connection])
      await connection.hearsMessage(({ body }) => body === 'by the role');
    await take({ roleId, userId: eve.userId });
    const since = performance.now();
    for (const connection of [onA, eve.connection]) {
      const { code } = await connection.hears('connection.closing');
      assert.equal(code, 'access_changed');
      await connection.closed();
    }
    const milliseconds = performance.now() - since;
    await admin.send(channelId, 'among us', clientId()).accepted();
    for (const connection of [onA, eve.connection])
      assert.deepEqual(bodies(connection), ['by the role']);
    const again = await eve.connectTo(nodes.b.url);
    await again.call('channel.subscribe', { channelId }).refused('not_found');
    return milliseconds;
  }

  const all = async () => [
    await lasts((grant) => admin.call('role.revoke', grant).accepted()),
    await lasts(({ roleId }) => admin.call('role.delete', { roleId }).accepted()),
    await lasts(({ roleId }) =>
      admin.call('role.update', { roleId, permissions: ['member.remove'] }).accepted(),
    ),
  ];
  const shown = (times: number[]) => times.map((one) => one.toFixed(1)).join(', ');

  it('is told on the other node when it opens a channel, and not to who is banned there', async () => {
    const [eve, banned] = [await nodes.person('Eve', nodes.b), await nodes.person('Bea', nodes.b)];
    const [here, there] = [await nodes.channel(admin), await nodes.channel(admin)];
    const roleId = await given(admin, reading(here.id), eve, banned);
    const ban = { channelId: there.id, userId: banned.userId, reason: 'spam' };
    await admin.call('member.ban', ban).accepted();
    await banned.hears('access.changed', ({ channelId }) => channelId === there.id);
    await admin.call('role.update', { roleId, channelIds: [here.id, there.id] }).accepted();
    await eve.hears('access.changed', ({ channelId }) => channelId === there.id);
    await eve.call('channel.subscribe', { channelId: there.id }).accepted();
    await banned.connection.settled();
    const told = banned.connection.heard.filter(
      ({ event, payload }) =>
        event === 'access.changed' && (payload as { channelId: string }).channelId === there.id,
    );
    assert.equal(told.length, 1, 'of the ban');
  });

  it('is felt on both nodes', async () => {
    const times = await all();
    console.log(`      revoked, deleted, narrowed: ${shown(times)} ms`);
  });

  it('is felt without Redis', async () => {
    await redis.kill();
    const times = await all();
    console.log(`      the same without Redis: ${shown(times)} ms`);
    await redis.begin();
    await nodes.connected();
  });
});
