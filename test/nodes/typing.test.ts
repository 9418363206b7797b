/** Typing between nodes: seen on all of them, sealed on the way, and simply not there while Redis is away. */
import assert from 'node:assert/strict';
import type { Broadcasts, ChannelId } from '../../src/contract/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import type { Connection } from '../support/connection.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { clientId, TwoNodes } from '../support/two-nodes.ts';

const typistsOn = ({ heard }: Connection, channelId: ChannelId) =>
  heard
    .filter(({ event }) => event === 'channel.typing')
    .map(({ payload }) => payload as Broadcasts['channel.typing'])
    .filter((told) => told.channelId === channelId)
    .map(({ userId }) => userId);

describe('typing on two nodes', () => {
  let redis: OwnRedis;
  let nodes: TwoNodes;
  before(async () => {
    redis = await OwnRedis.start();
    nodes = await TwoNodes.create({ environment: { REDIS_URL: redis.url } });
  });
  after(async () => {
    await nodes.end();
    await redis.end();
  });

  const people = async () => {
    const ada = await nodes.person('Ada', nodes.a);
    const bob = await nodes.person('Bob', nodes.b);
    return { ada, bob, elsewhere: await ada.connectTo(nodes.b.url) };
  };

  it('is seen on the other node, but for the devices of who types and for who is not there', async () => {
    const { ada, bob, elsewhere } = await people();
    const outsider = await nodes.person('Outsider', nodes.b);
    const removed = await nodes.person('Removed', nodes.b);
    const { id: channelId } = await nodes.channel(ada, bob, removed);
    await elsewhere.call('channel.subscribe', { channelId }).accepted();
    await ada.call('member.remove', { channelId, userId: removed.userId }).accepted();
    await removed.hears('access.changed', (told) => told.channelId === channelId);
    await ada.call('typing.signal', { channelId }).accepted();
    assert.deepEqual(await bob.hears('channel.typing'), { channelId, userId: ada.userId });
    for (const connection of [elsewhere, outsider.connection, removed.connection]) {
      await connection.settled();
      assert.deepEqual(typistsOn(connection, channelId), []);
    }
  });

  it('is told once by both nodes together', async () => {
    const { ada, bob, elsewhere } = await people();
    const { id: channelId } = await nodes.channel(ada, bob);
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? ada : elsewhere).call('typing.signal', { channelId }).accepted(),
      ),
    );
    await bob.hears('channel.typing', (told) => told.channelId === channelId);
    const { seq } = await ada.send(channelId, 'after it', clientId()).accepted();
    await bob.hearsMessage((message) => message.seq === seq);
    assert.equal(typistsOn(bob.connection, channelId).length, 1);
  });

  it('leaves in Redis no id of anybody or anything, and nothing at all after seconds', async () => {
    const { ada, bob } = await people();
    const { id: channelId } = await nodes.channel(ada, bob);
    await ada.call('typing.signal', { channelId }).accepted();
    const keys = await redis.admin.keys('typing:*');
    assert.ok(keys.length > 0);
    for (const key of keys) {
      for (const id of [ada.userId, channelId, nodes.workspaceId]) assert.ok(!key.includes(id));
      const left = await redis.admin.pttl(key);
      assert.ok(left > 0 && left <= 3_000, `${left} ms`);
    }
  });

  it('is not there while Redis is away, and nothing else is missing; then it is back', async () => {
    const { ada, bob } = await people();
    const near = await nodes.person('Cleo', nodes.a);
    const { id: channelId } = await nodes.channel(ada, bob, near);
    await redis.kill();
    await ada.call('typing.signal', { channelId }).accepted();
    const { seq } = await ada.send(channelId, 'all the same', clientId()).accepted();
    for (const person of [bob, near]) {
      await person.hearsMessage((message) => message.seq === seq);
      assert.deepEqual(typistsOn(person.connection, channelId), []);
    }
    await redis.begin();
    await nodes.connected();
    await eventually('typing is back', async () => {
      await ada.call('typing.signal', { channelId }).accepted();
      await bob.connection.settled();
      return typistsOn(bob.connection, channelId).length > 0;
    });
  });
});
