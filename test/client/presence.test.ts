/** Who is writing and who is present, as the client has it: told by the server, forgotten in time, said again after a reconnect. */
import assert from 'node:assert/strict';
import type { Client } from 'conclave/client';
import { People } from '../../src/client/presence.ts';
import { Timers } from '../../src/client/timers.ts';
import { Typists } from '../../src/client/typing.ts';
import type { ChannelId, UserId } from '../../src/contract/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { World } from '../support/world.ts';
import { turn } from './hand-server.ts';
import { Clients, HandTimers, reaches } from './support.ts';

const channelId = 'a-channel' as ChannelId;
const ada = 'ada' as UserId;
const bob = 'bob' as UserId;

function parts() {
  const timers = new HandTimers();
  const calls: { name: string; input: object; resolve: (outcome: unknown) => void }[] = [];
  const call = ((name: string, input: object) =>
    new Promise((resolve) => calls.push({ name, input, resolve }))) as never;
  const state = { online: true };
  const failed = (error: unknown) => assert.fail(String(error));
  const online = () => state.online;
  const given = { calls: { call }, timers: new Timers(timers.later), online, failed };
  return { given, timers, calls, state };
}

describe('the client: typing', () => {
  const message = (authorId: UserId) => ({
    channelId,
    events: [{ kind: 'message', message: { authorId } }],
  });

  it('shows who writes for six seconds after they said so last', () => {
    const { given, timers } = parts();
    const typing = new Typists(given);
    typing.heard('channel.typing', { channelId, userId: ada });
    timers.forward(4_000);
    typing.heard('channel.typing', { channelId, userId: bob });
    typing.heard('channel.typing', { channelId, userId: ada });
    assert.deepEqual(typing.in(channelId), [ada, bob]);
    timers.forward(5_999);
    assert.deepEqual(typing.in(channelId), [ada, bob]);
    timers.forward(1);
    assert.deepEqual([typing.in(channelId), timers.due], [[], []]);
  });

  it('is over with what was written, with leaving, and with the connection', () => {
    const { given, timers } = parts();
    const typing = new Typists(given);
    const ends = [
      () => typing.heard('channel.events', message(ada)),
      () =>
        typing.heard('channel.events', {
          channelId,
          events: [{ kind: 'member', member: { userId: ada, state: 'left' } }],
        }),
      () => typing.clear(),
    ];
    for (const end of ends) {
      typing.heard('channel.typing', { channelId, userId: ada });
      typing.heard('channel.events', message(bob));
      assert.deepEqual(typing.in(channelId), [ada]);
      end();
      assert.deepEqual([typing.in(channelId), timers.due], [[], []]);
    }
  });

  it('is said every three seconds at most in a channel, and not without a connection', () => {
    const { given, timers, calls, state } = parts();
    const typing = new Typists(given);
    for (let i = 0; i < 10; i += 1) typing.signal(channelId);
    typing.signal('another' as ChannelId);
    assert.equal(calls.length, 2);
    timers.forward(3_000);
    typing.signal(channelId);
    assert.equal(calls.length, 3);
    timers.forward(3_000);
    state.online = false;
    typing.signal(channelId);
    assert.equal(calls.length, 3);
  });
});

describe('the client: presence', () => {
  const told = (...people: [UserId, string][]) => ({
    ok: true,
    data: { people: people.map(([userId, state]) => ({ userId, state })) },
  });

  it('knows whom it asked about, and what it is told of them later; of others it keeps nothing', async () => {
    const { given, calls } = parts();
    const presence = new People(given);
    const reading = presence.read([ada, bob, ada]);
    assert.deepEqual(calls[0]?.input, { userIds: [ada, bob] });
    calls.shift()?.resolve(told([ada, 'busy']));
    const answer = await reading;
    assert.deepEqual(answer.ok && [...answer.data], [[ada, 'busy']]);
    presence.heard('presence.changed', { userId: ada, state: 'away' });
    presence.heard('presence.changed', { userId: bob, state: 'online' });
    assert.deepEqual([presence.of(ada), presence.of(bob)], ['away', null]);
    presence.lost();
    assert.equal(presence.of(ada), 'unknown');
  });

  it('says and asks again what it had when there is another connection, and after it was put off', async () => {
    const { given, timers, calls, state } = parts();
    const presence = new People(given);
    presence.back();
    assert.equal(calls.length, 0, 'nothing is said of oneself before one says it');
    state.online = false;
    presence.set('invisible');
    assert.equal(calls.length, 0);
    state.online = true;
    presence.back();
    const later = {
      ok: false,
      refusal: { code: 'rate_limited', retry: 'later', retryAfterMs: 700 },
    };
    const first = calls.shift();
    assert.deepEqual([first?.name, first?.input], ['presence.set', { state: 'invisible' }]);
    first?.resolve(later);
    await turn();
    assert.deepEqual(timers.due, [700]);
    timers.forward(700);
    assert.equal(calls.shift()?.name, 'presence.set');
    const reading = presence.read([ada]);
    calls.shift()?.resolve(told([ada, 'online']));
    await reading;
    presence.lost();
    presence.back();
    assert.deepEqual(
      calls.map(({ name, input }) => [name, input]),
      [
        ['presence.set', { state: 'invisible' }],
        ['presence.read', { userIds: [ada] }],
      ],
    );
  });
});

describe('the client: typing and presence with a server', () => {
  let world: World;
  let clients: Clients;
  before(async () => {
    world = await World.create({ environment: { PRESENCE_HEARTBEAT_MS: '300' } });
    clients = new Clients(() => world);
  });
  after(async () => {
    clients.end();
    await world.end();
  });

  const idOf = (client: Client): UserId => client.me.value?.userId ?? assert.fail('signed out');

  it('brings both to the other, over a reconnect', async () => {
    const [cleo, dora] = [await clients.somebody('Cleo'), await clients.somebody('Dora')];
    const hers = cleo.client;
    const { id } = await hers.callOrThrow('channel.create', { kind: 'private', name: 'c' });
    await hers.callOrThrow('member.add', { channelId: id, userId: idOf(dora.client) });
    await Promise.all([hers.channel(id).ready(), dora.client.channel(id).ready()]);
    dora.client.typing.signal(id);
    await eventually('she is seen writing', () => hers.typing.in(id).length === 1);
    assert.deepEqual([hers.typing.in(id), dora.client.typing.in(id)], [[idOf(dora.client)], []]);
    await dora.client.channel(id).send('written');
    await eventually('and no more', () => hers.typing.in(id).length === 0);

    const seen = () => hers.presence.of(idOf(dora.client));
    await hers.presence.read([idOf(dora.client)]);
    assert.equal(seen(), 'offline');
    dora.client.presence.set('busy');
    await eventually('she is busy', () => seen() === 'busy');
    for (const client of [hers, dora.client]) {
      client.close();
      await client.connect();
      await reaches(client, 'online');
    }
    await eventually('she is busy still', () => seen() === 'busy');
    dora.client.presence.set('invisible');
    await eventually('she is not to be seen', () => seen() === 'offline');
  });
});
