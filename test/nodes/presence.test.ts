/** Presence between nodes: the same on all, gone with a node that dies, back after Redis was emptied, and never missed by anything else. */
import assert from 'node:assert/strict';
import type { ShownPresence } from '../../src/contract/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { Connection } from '../support/connection.ts';
import { NodeProcess } from '../support/node-process.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { Person } from '../support/person.ts';
import { clientId, TwoNodes } from '../support/two-nodes.ts';

const HEARTBEAT_MS = 400;

describe('presence on two nodes', function () {
  this.timeout(240_000);

  let redis: OwnRedis;
  let nodes: TwoNodes;
  const environment = () => ({
    REDIS_URL: redis.url,
    PRESENCE_HEARTBEAT_MS: String(HEARTBEAT_MS),
    // Tokens name their issuer: all nodes are one server.
    PUBLIC_URL: 'http://chat.example.org',
  });
  before(async () => {
    redis = await OwnRedis.start();
    nodes = await TwoNodes.create({ environment: environment() });
  });
  after(async () => {
    await nodes.end();
    await redis.end();
  });

  /** Ada at the first node, who watches Bob at the second, and both share a channel. */
  const adaWatchesBob = async () => {
    const ada = await nodes.person('Ada', nodes.a);
    const bob = await nodes.person('Bob', nodes.b);
    const { id: channelId } = await nodes.channel(ada, bob);
    assert.equal(await asked(ada, bob), 'offline');
    return { ada, bob, channelId };
  };
  const asked = async (reader: Person, { userId }: Person): Promise<ShownPresence | undefined> =>
    (await reader.call('presence.read', { userIds: [userId] }).accepted()).people[0]?.state;
  const states = ({ connection: { heard } }: Person, { userId }: Person) =>
    heard
      .filter(({ event }) => event === 'presence.changed')
      .map(({ payload }) => payload as { userId: string; state: string })
      .filter((told) => told.userId === userId)
      .map(({ state }) => state);

  it('is told on the other node, of all devices the most present, and to nobody who shares nothing', async () => {
    const { ada, bob } = await adaWatchesBob();
    const outsider = await nodes.person('Outsider', nodes.a);
    assert.equal(await asked(outsider, bob), undefined);
    const phone = await bob.connectTo(nodes.a.url);
    await phone.call('presence.set', { state: 'away' }).accepted();
    await ada.hears('presence.changed', ({ state }) => state === 'away');
    await bob.call('presence.set', { state: 'online' }).accepted();
    await ada.hears('presence.changed', ({ state }) => state === 'online');
    phone.close();
    await bob.call('presence.set', { state: 'busy' }).accepted();
    await ada.hears('presence.changed', ({ state }) => state === 'busy');
    await bob.call('presence.set', { state: 'invisible' }).accepted();
    await ada.hears('presence.changed', ({ state }) => state === 'offline');
    assert.deepEqual(states(ada, bob), ['away', 'online', 'busy', 'offline']);
    await outsider.connection.settled();
    assert.deepEqual(states(outsider, bob), []);
  });

  it('leaves in Redis digests alone, all of which expire', async () => {
    const { ada, bob } = await adaWatchesBob();
    await bob.call('presence.set', { state: 'online' }).accepted();
    await ada.hears('presence.changed', ({ state }) => state === 'online');
    const keys = await redis.admin.keys('presence:*');
    assert.ok(keys.length >= 3, keys.join(' '));
    for (const key of keys) {
      const left = await redis.admin.pttl(key);
      assert.ok(left > 0 && left <= 3 * HEARTBEAT_MS, `${key} for ${left} ms`);
      const value = key.includes(':on:') ? JSON.stringify(await redis.admin.hgetall(key)) : '';
      for (const secret of [bob.userId, ada.userId, nodes.workspaceId, 'Bob', 'online'])
        assert.ok(!`${key} ${value}`.includes(secret), secret);
    }
    const kept = async () => {
      const hashes = await redis.admin.keys('presence:*:on:*');
      const people = await Promise.all(hashes.map((key) => redis.admin.hkeys(key)));
      return people.flat().filter((field) => field !== '').length;
    };
    const before = await kept();
    await bob.call('presence.set', { state: 'invisible' }).accepted();
    await eventually('who is invisible is not kept', async () => (await kept()) === before - 1);
  });

  it('is what it was, by the next heartbeat, after everything in Redis was deleted', async () => {
    const { ada, bob } = await adaWatchesBob();
    await bob.call('presence.set', { state: 'busy' }).accepted();
    await ada.hears('presence.changed', ({ state }) => state === 'busy');
    await redis.admin.flushall();
    assert.notEqual(await asked(ada, bob), 'online');
    await eventually('it is back', async () => (await asked(ada, bob)) === 'busy');
  });

  it('is unknown while Redis is away, when everything else goes on; then it is what was said meanwhile', async () => {
    const { ada, bob, channelId } = await adaWatchesBob();
    await bob.call('presence.set', { state: 'online' }).accepted();
    await ada.hears('presence.changed', ({ state }) => state === 'online');
    await redis.kill();
    assert.equal(await asked(ada, bob), 'unknown');
    await bob.call('presence.set', { state: 'away' }).accepted();
    const { seq } = await bob.send(channelId, 'all the same', clientId()).accepted();
    await ada.hearsMessage((message) => message.seq === seq);
    await redis.begin();
    await ada.hears('presence.changed', ({ state }) => state === 'away');
    await nodes.connected();
  });

  it('is over for whoever was on a node that is killed, once what the node said has expired', async () => {
    const ada = await nodes.person('Ada', nodes.a);
    const minted = await nodes.a.app.auth.mintSession(nodes.workspaceId, { displayName: 'Bob' });
    const third = await NodeProcess.start(environment());
    try {
      const bob = new Person(third.url, 'Bob', minted);
      const { id: channelId } = await nodes.channel(ada);
      await ada.call('member.add', { channelId, userId: bob.userId }).accepted();
      const connection = await Connection.open(third.url, { token: bob.accessToken });
      await connection.call('presence.set', { state: 'online' }).accepted();
      await eventually('he is seen', async () => (await asked(ada, bob)) === 'online');
      process.kill(third.pid, 'SIGKILL');
      await ada.hears('presence.changed', ({ state }) => state === 'offline');
      connection.close();
    } finally {
      await third.stop();
    }
  });
});
