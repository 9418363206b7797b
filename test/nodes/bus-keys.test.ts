/** The keys of the bus are rotated on one node after the other, while people talk: nobody notices, and the old key is worth nothing in the end. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import type { MintedSession } from '../../src/auth/index.ts';
import { keyring, packets } from '../../src/crypto/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';
import type { Channel } from '../../src/contract/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { Person } from '../support/person.ts';
import { assertNoGap, bodies, clientId, startNode, type Node } from '../support/two-nodes.ts';

const [OLD, NEW] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const only = (name: string, key: string) => ({ current: name, keys: { [name]: key } });
const accepting = (current: string) => ({ current, keys: { old: OLD, new: NEW } });

describe('the keys of the bus', () => {
  let redis: OwnRedis;
  /** Node A and node B, each as it was last started. */
  const nodes: Node[] = [];
  const people: Person[] = [];
  const minted: MintedSession[] = [];
  let channel: Channel;
  /** Everything that was acknowledged. */
  const sent: string[] = [];

  before(async () => {
    redis = await OwnRedis.start();
  });
  afterEach(async () => {
    for (const person of people.splice(0)) person.leave();
    await Promise.all(nodes.splice(0).map(({ app }) => app.stop()));
    minted.length = 0;
    sent.length = 0;
  });
  after(() => redis.end());

  const start = (keys: object) =>
    startNode({
      REDIS_URL: redis.url,
      PUBLIC_URL: 'http://chat.example.org', // tokens name their issuer, and ports change
      CONCLAVE_BUS_KEYS: JSON.stringify(keys),
    });
  const listening = () =>
    eventually('both nodes listen to the bus', () =>
      nodes.every(({ app }) => app.bus.subscriber.listening),
    );

  /** Alice on A and Bob on B, in one channel. */
  async function begin(keysOfA: object, keysOfB: object): Promise<void> {
    nodes.push(await start(keysOfA), await start(keysOfB));
    await listening();
    const [a] = nodes;
    assert.ok(a);
    const slug = `k${v7().replaceAll('-', '').slice(0, 24)}`;
    const workspaceId = await a.app.auth.createWorkspace({ slug, name: 'Keys' });
    for (const [i, displayName] of ['Alice', 'Bob'].entries()) {
      minted.push(await a.app.auth.mintSession(workspaceId, { displayName }));
      await arrive(i);
    }
    const [alice, bob] = people;
    assert.ok(alice && bob);
    channel = await alice.call('channel.create', { kind: 'private', name: 'A' }).accepted();
    await alice.call('member.add', { channelId: channel.id, userId: bob.userId }).accepted();
    for (const person of people)
      await person.call('channel.subscribe', { channelId: channel.id }).accepted();
  }

  async function arrive(i: number): Promise<Person> {
    const [node, session] = [nodes[i], minted[i]];
    assert.ok(node && session);
    const person = new Person(node.url, session.userId, session);
    await person.connect();
    people[i] = person;
    return person;
  }

  async function say(person: Person | undefined): Promise<string> {
    const body = `message ${sent.length}`;
    sent.push(body);
    await person?.send(channel.id, body, clientId()).accepted();
    return body;
  }

  /** Each says something, and the other hears it. */
  async function talk(): Promise<void> {
    for (const [speaker, listener] of [people, people.toReversed()]) {
      const said = await say(speaker);
      await listener?.hearsMessage(({ body }) => body === said);
    }
  }

  /** Restarts node `i` with other keys; whoever is on the other one goes on talking all the while. */
  async function restart(i: number, keys: object): Promise<void> {
    const [gone, person, other] = [nodes[i], people[i], people[1 - i]];
    person?.leave();
    const state = { back: false };
    const talking = (async () => {
      while (!state.back) await say(other);
    })();
    await gone?.app.stop();
    nodes[i] = await start(keys);
    state.back = true;
    await talking;
    const returned = await arrive(i);
    await returned.call('channel.subscribe', { channelId: channel.id }).accepted();
    await listening();
  }

  const dropped = (fault: string) => nodes.map(({ app }) => app.bus.counts.dropped.get(fault) ?? 0);
  const opened = () => nodes.map(({ app }) => app.bus.counts.opened);

  it('are rotated without a packet that is not understood, a gap, or a message that is missing', async () => {
    await begin(only('old', OLD), only('old', OLD));
    await talk();
    for (const keys of [accepting('old'), accepting('new'), only('new', NEW)])
      for (const i of [0, 1]) {
        const before = opened()[1 - i] ?? 0;
        await restart(i, keys);
        await talk();
        assert.deepEqual(dropped('unknown-key'), [0, 0]);
        assert.deepEqual(dropped('forged'), [0, 0]);
        const now = opened();
        assert.ok(
          (now[i] ?? 0) > 0 && (now[1 - i] ?? 0) > before,
          'they hear each other by the bus',
        );
        for (const { connection } of people) assertNoGap(connection, channel.id);
      }
    const [alice] = people;
    const read: string[] = [];
    for (let before: number | undefined; ;) {
      const input = { channelId: channel.id, limit: 200, ...(before !== undefined && { before }) };
      const page = await alice?.call('message.history', input).accepted();
      read.unshift(...(page?.messages.map(({ body }) => body ?? '') ?? []));
      before = page?.messages[0]?.seq;
      if (!page?.more) break;
    }
    assert.deepEqual(read, sent);

    const intruder = redis.client();
    const channels = (await intruder.call('PUBSUB', 'SHARDCHANNELS')) as string[];
    const bus = channels.find((name) => name.endsWith('#/#')) ?? '';
    const ended = { effect: 'session-ended', sessionId: minted[1]?.sessionId, closure: 'flooding' };
    const notice = { type: 9, nsp: '/', uid: 'x', data: { packet: ['notice', ended] } };
    const ring = keyring(new Secret(only('bus key old', OLD)));
    const clock = systemClock;
    const thief = packets({ ring, node: 'x', clock, entropy: systemEntropy(clock) });
    for (let i = 0; i < 3; i += 1)
      await intruder.spublish(bus, thief.seal(bus, Buffer.from(JSON.stringify(notice))));
    await eventually('what the old key sealed is dropped, under a fault of its own', () =>
      dropped('unknown-key').every((count) => count === 3),
    );
    assert.ok(people.every(({ connection }) => connection.socket.connected));
    await talk();
  });

  it('that were changed without accepting the new one first cost the shortcut, and no message', async () => {
    await begin(only('old', OLD), only('new', NEW));
    await talk();
    await talk();
    assert.ok(
      dropped('unknown-key').every((count) => count > 0),
      'and it shows',
    );
    for (const { connection } of people) {
      assertNoGap(connection, channel.id);
      assert.deepEqual(bodies(connection), sent);
    }
  });
});
