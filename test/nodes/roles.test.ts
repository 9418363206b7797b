/** A role that is taken on one node is gone from the live sockets of all: within a second, within five without Redis. */
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
