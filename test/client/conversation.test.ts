/** Two people talk through the library: calls are typed values, logs show what the server has, and a removal ends one. */
import assert from 'node:assert/strict';
import { RefusedError } from 'conclave/client';
import { World } from '../support/world.ts';
import { bodies, channelOf, Clients, history, opened, reaches, shows } from './support.ts';

describe('the client: a conversation', () => {
  let world: World;
  const clients = new Clients(() => world);
  before(async () => {
    world = await World.create({ environment: { LOG_LEVEL: 'debug' } });
  });
  after(async () => {
    clients.end();
    await world.end();
  });

  it('reaches both sides in order, with members, edits and tombstones', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob'),
    ]);
    const { id } = await channelOf(alice, [bob]);
    const [hers, his] = await Promise.all([opened(alice, id), opened(bob, id)]);
    assert.equal(alice.channel(id), hers, 'one log per channel');
    assert.equal(alice.channel(id.toUpperCase() as typeof id), hers, 'however its id is spelt');
    assert.equal(hers.members.size, 2);
    assert.equal(hers.membersComplete, true);

    const hello = await hers.send('Hello Bob');
    const sent = await hello.settled();
    assert.ok(sent.is === 'sent');
    await shows(his, (log) => log.messages.length === 1);
    const answer = await (await his.send('Hello Alice', { replyTo: sent.as.id })).settled();
    assert.ok(answer.is === 'sent');
    await shows(hers, (log) => log.messages.length === 2);
    assert.deepEqual(bodies(hers), ['Hello Bob', 'Hello Alice']);
    assert.equal(hers.messages[1]?.replyTo, sent.as.id);

    const messageId = sent.as.id;
    await alice.callOrThrow('message.edit', { channelId: id, messageId, body: 'Hello, Bob' });
    await shows(his, (log) => bodies(log)[0] === 'Hello, Bob');
    await alice.callOrThrow('message.delete', { channelId: id, messageId });
    await shows(his, (log) => log.messages[0]?.content === 'deleted');
    assert.deepEqual(his.messages, await history(bob, id));
    assert.deepEqual([hers.unsent, alice.outbox.entries], [[], []]);
  });

  it('gives a refusal as a value, or throws it for those who ask for that', async () => {
    const { client: alice } = await clients.somebody('Alice');
    const { id: channelId } = await channelOf(alice);
    const outcome = await alice.call('member.leave', { channelId });
    assert.ok(!outcome.ok);
    assert.equal(outcome.refusal.code, 'last_owner');
    assert.equal(outcome.refusal.retry, 'never');
    assert.ok(outcome.refusal.traceId);
    await assert.rejects(
      alice.callOrThrow('member.leave', { channelId }),
      (error) => error instanceof RefusedError && error.refusal.code === 'last_owner',
    );
    const wrong = await alice.signIn({ email: 'nobody@example.org', password: 'wrong' });
    assert.equal(!wrong.ok && wrong.refusal.code, 'invalid_credentials');
    const large = { channelId, messageId: channelId as never, body: 'x'.repeat(70_000) };
    const tooLarge = await alice.call('message.edit', large);
    assert.equal(!tooLarge.ok && tooLarge.refusal.code, 'payload_too_large');
    assert.equal(alice.state.value.is, 'online', 'nothing that large was sent');
  });

  it('says by itself that nobody is signed in, and calls what needs nobody', async () => {
    const stranger = clients.make();
    assert.deepEqual(stranger.state.value, { is: 'offline', because: null });
    const outcome = await stranger.call('channel.list', {});
    assert.equal(!outcome.ok && outcome.refusal.code, 'signed_out');
    assert.deepEqual(await stranger.connect(), { is: 'signed-out', because: null });
  });

  it('hears what the server sends unasked', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob'),
    ]);
    const heard = new Promise((resolve) => bob.listen('access.changed', resolve));
    const { id } = await channelOf(alice, [bob]);
    assert.deepEqual(await heard, { channelId: id });
  });

  it('closes the log of somebody who is removed, with the reason, and opens another on return', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob'),
    ]);
    const { id } = await channelOf(alice, [bob]);
    const [hers, his] = await Promise.all([opened(alice, id), opened(bob, id)]);
    await (await hers.send('before')).settled();
    await shows(his, (log) => log.messages.length === 1);
    const userId = bob.me.value?.userId;
    assert.ok(userId);
    const removal = await alice.callOrThrow('member.remove', { channelId: id, userId });
    await shows(his, (log) => log.state.is === 'closed');
    assert.deepEqual(his.state, { is: 'closed', because: { code: 'left', rev: removal.rev } });
    await (await hers.send('not for Bob')).settled();
    await bob.call('role.describe', {});
    assert.deepEqual(bodies(his), ['before'], 'nothing later arrived');

    const again = bob.channel(id);
    assert.notEqual(again, his);
    const refused = await again.ready();
    assert.ok(refused.is === 'closed');
    assert.equal(refused.because.code, 'not_found');

    await alice.callOrThrow('member.add', { channelId: id, userId });
    const back = await opened(bob, id);
    assert.deepEqual(bodies(back), ['before', 'not for Bob'], 'the history policy is all');
    await (await hers.send('welcome back')).settled();
    await shows(back, (log) => bodies(log).at(-1) === 'welcome back');
  });

  it('opens many channels with one call, and one that is none disturbs no other', async () => {
    const { client: alice } = await clients.somebody('Alice');
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.push((await channelOf(alice)).id);
    const before = world.logged.length;
    const logs = ids.map((id) => alice.channel(id));
    const states = await Promise.all(logs.map((log) => log.ready()));
    assert.ok(states.every(({ is }) => is === 'live'));
    assert.ok(logs.every(({ members, membersComplete: all }) => all && members.size === 1));
    const asked = world.logged
      .slice(before)
      .filter((line) => line.includes('"operation":"channel.'));
    assert.equal(asked.length, 1, asked.join(''));

    for (const log of logs) log.close();
    const again = [...ids.slice(0, 3), 'nonsense' as (typeof ids)[0], ...ids.slice(3)];
    const ends = await Promise.all(again.map((id) => alice.channel(id).ready()));
    assert.deepEqual(
      ends.map((state) => (state.is === 'closed' ? state.because.code : state.is)),
      ['live', 'live', 'live', 'invalid_input', 'live', 'live'],
    );
  });

  it('misses nothing that is said while a channel is being opened', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob'),
    ]);
    const { id } = await channelOf(alice, [bob]);
    const hers = alice.channel(id);
    for (let round = 1; round <= 15; round += 1) {
      const said = Promise.all([0, 1, 2].map((n) => hers.send(`${round}.${n}`)));
      const his = bob.channel(id);
      for (const entry of await said) await entry.settled();
      await shows(
        his,
        ({ state, messages }) => state.is === 'live' && messages.length === round * 3,
      );
      his.close();
    }
  });

  it('keeps only the newest messages, and older ones on request', async () => {
    const keepMessages = 20;
    const { client: alice } = await clients.somebody('Alice', { keepMessages });
    const { id } = await channelOf(alice);
    const log = await opened(alice, id);
    const last = { entry: await log.send('0') };
    for (let n = 1; n < 60; n += 1) last.entry = await log.send(String(n));
    await last.entry.settled();
    await shows(log, ({ messages }) => messages.at(-1)?.body === '59');
    assert.deepEqual(
      bodies(log),
      Array.from({ length: 20 }, (_, n) => String(40 + n)),
    );
    assert.equal(log.hasOlder, true);
    const older = await log.loadOlder();
    assert.deepEqual(older, { ok: true, data: 40 });
    assert.equal(log.hasOlder, false);
    assert.deepEqual(
      bodies(log),
      Array.from({ length: 60 }, (_, n) => String(n)),
      'sent in the order of the calls',
    );
    assert.deepEqual(await log.loadOlder(), { ok: true, data: 0 });
    log.trim();
    assert.equal(log.messages.length, 20);
  });

  it('fetches what frames leave out for those who may read it, and shows the others nothing of it', async () => {
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob'),
    ]);
    const { id } = await alice.callOrThrow('channel.create', {
      kind: 'private',
      name: 'Since join',
      historyPolicy: 'since-join',
    });
    const hers = await opened(alice, id);
    const first = await (await hers.send('before Bob')).settled();
    assert.ok(first.is === 'sent');
    const userId = bob.me.value?.userId;
    assert.ok(userId);
    await alice.callOrThrow('member.add', { channelId: id, userId });
    const his = await opened(bob, id);
    const edit = { channelId: id, messageId: first.as.id, body: 'before Bob, edited' };
    await alice.callOrThrow('message.edit', edit);
    await shows(hers, (log) => bodies(log)[0] === 'before Bob, edited');
    await (await hers.send('for both')).settled();
    await shows(his, (log) => log.state.is === 'live' && bodies(log).includes('for both'));
    assert.deepEqual(bodies(his), ['for both']);
    assert.deepEqual(his.messages, await history(bob, id));
    assert.deepEqual(hers.messages, await history(alice, id));
  });

  it('signs out: the session ends, the logs close, the drafts are gone', async () => {
    const { client: alice, email, password } = await clients.somebody('Alice');
    const { id } = await channelOf(alice);
    const log = await opened(alice, id);
    await alice.signOut();
    assert.deepEqual(alice.state.value, { is: 'signed-out', because: null });
    assert.deepEqual(log.state, { is: 'closed', because: { code: 'signed_out' } });
    assert.equal(alice.me.value, null);
    const refused = await alice.call('channel.list', {});
    assert.equal(!refused.ok && refused.refusal.code, 'signed_out');
    assert.ok((await alice.signIn({ email, password })).ok);
    await reaches(alice, 'online');
  });
});
