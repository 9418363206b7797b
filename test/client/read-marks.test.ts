/** What was read on one device is read on all: told in few calls, again and again until it is known, and never backwards. */
import assert from 'node:assert/strict';
import { createClient, memoryStorage, type Client } from 'conclave/client';
import { Marks } from '../../src/client/read-marks.ts';
import { Timers } from '../../src/client/timers.ts';
import type { ChannelId } from '../../src/contract/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { World } from '../support/world.ts';
import { turn } from './hand-server.ts';
import { Clients, HandTimers, reaches } from './support.ts';

describe('the client: read marks', () => {
  let world: World;
  let clients: Clients;
  before(async () => {
    world = await World.create();
    clients = new Clients(() => world);
  });
  after(async () => {
    clients.end();
    await world.end();
  });

  const say = async (client: Client, channelId: ChannelId, ...bodies: string[]) => {
    const log = client.channel(channelId);
    for (const body of bodies) await (await log.send(body)).settled();
  };

  it('are the same on every device, also on one that comes later', async () => {
    const ada = await clients.somebody('Ada');
    const bob = await clients.somebody('Bob');
    const { userId } = bob.client.me.value ?? assert.fail();
    const { id } = await ada.client.callOrThrow('channel.create', { kind: 'private', name: 'c' });
    await ada.client.callOrThrow('member.add', { channelId: id, userId });
    await say(ada.client, id, 'one', 'two', 'three');
    const phone = clients.make();
    await phone.signIn({ email: bob.email, password: bob.password });
    await reaches(phone, 'online');
    assert.equal(phone.readMarks.of(id), null, 'nothing has told of it');
    await phone.callOrThrow('channel.list', {});
    assert.equal(phone.readMarks.of(id), 0);
    bob.client.readMarks.mark(id, 2);
    assert.equal(bob.client.readMarks.of(id), 2, 'it counts at once');
    await eventually('the phone has heard', () => phone.readMarks.of(id) === 2);
    bob.client.readMarks.mark(id, 3);
    await bob.client.readMarks.flush();
    const later = clients.make();
    await later.signIn({ email: bob.email, password: bob.password });
    await later.channel(id).ready();
    assert.equal(later.readMarks.of(id), 3);
    assert.equal(ada.client.readMarks.of(id), 0, "somebody else's are not one's own");
  });

  it('are forgotten when somebody else signs in', async () => {
    const ada = await clients.somebody('Ada');
    const bob = await clients.somebody('Bob');
    const { id } = await ada.client.callOrThrow('channel.create', { kind: 'private', name: 'c' });
    assert.equal(ada.client.readMarks.of(id), 0);
    await ada.client.signIn({ email: bob.email, password: bob.password });
    assert.equal(ada.client.readMarks.of(id), null);
  });

  it('do nothing before there is a session', async () => {
    const client = createClient({ url: world.url, storage: memoryStorage() });
    client.readMarks.mark('a-channel' as ChannelId, 1);
    await client.readMarks.flush();
    client.close();
  });
});

describe('the read marks of a client', () => {
  const channel = (n: number) => `channel-${n}` as ChannelId;
  const made = () => {
    const timers = new HandTimers();
    const calls: { input: object; resolve: (outcome: unknown) => void }[] = [];
    const call = ((_name: string, input: object) =>
      new Promise((resolve) => calls.push({ input, resolve }))) as never;
    const failed = (error: unknown) => assert.fail(String(error));
    const marks = new Marks({ calls: { call }, timers: new Timers(timers.later), failed });
    const answer = async (outcome: unknown) => {
      calls.shift()?.resolve(outcome);
      await turn();
    };
    return { marks, timers, calls, answer };
  };
  const yes = (seq: number) => ({ ok: true, data: { seq, unread: 0 } });
  const no = (retry: string, retryAfterMs?: number) => ({
    ok: false,
    refusal: { code: 'x', retry, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  });

  it('tell the furthest of many in one call', async () => {
    const { marks, timers, calls, answer } = made();
    for (const seq of [1, 2, 9, 4, Number.NaN]) marks.mark(channel(1), seq);
    assert.deepEqual([calls.length, timers.due], [0, [500]]);
    timers.forward(500);
    assert.deepEqual(
      calls.map(({ input }) => input),
      [{ channelId: channel(1), seq: 9 }],
    );
    await answer(yes(9));
    assert.deepEqual([calls.length, timers.due], [0, []]);
  });

  it('tell what was marked further while it was told', async () => {
    const { marks, timers, calls, answer } = made();
    marks.mark(channel(1), 1);
    timers.forward(500);
    marks.mark(channel(1), 2);
    await answer(yes(1));
    timers.forward(500);
    assert.deepEqual(calls[0]?.input, { channelId: channel(1), seq: 2 });
  });

  it('wait as long as the server says, and give up what it refuses for good', async () => {
    const { marks, timers, calls, answer } = made();
    marks.mark(channel(1), 1);
    marks.mark(channel(2), 1);
    timers.forward(500);
    await answer(no('later', 7_000));
    assert.deepEqual([calls.length, timers.due], [0, [7_000]]);
    timers.forward(7_000);
    await answer(no('never'));
    assert.deepEqual(calls[0]?.input, { channelId: channel(2), seq: 1 });
    await answer(yes(1));
    assert.deepEqual([calls.length, timers.due], [0, []]);
  });

  it('never go back, whatever they are told', () => {
    const { marks } = made();
    let changes = 0;
    marks.on('changed', () => (changes += 1));
    marks.learn([
      { id: channel(1), readSeq: 5 },
      { id: channel(2), readSeq: null },
      { id: channel(3) },
    ]);
    marks.learn([{ id: channel(1), readSeq: 3 }]);
    assert.deepEqual(
      [1, 2, 3].map((n) => marks.of(channel(n))),
      [5, null, null],
    );
  });
});
