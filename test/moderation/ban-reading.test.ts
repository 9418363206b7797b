/** Who is banned from a public channel reads it on no path, from outside either, as if it were not there; then they do again. */
import assert from 'node:assert/strict';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { allRefused } from '../chat/support.ts';

describe('a ban from a public channel', () => {
  let world: World;
  let alice: Person;
  before(async () => {
    world = await World.create();
    alice = await world.person('Alice');
  });
  after(() => world.end());

  /** A public channel with a post that has everything on it that can be read. */
  async function place(...members: Person[]) {
    const { id: channelId, epoch } = await world.channel(alice, members, { kind: 'public' });
    const { id: messageId, rev } = await alice
      .send(channelId, 'to everybody', world.clientId())
      .accepted();
    const message = { channelId, messageId };
    await alice.call('message.pin', message).accepted();
    await alice.call('message.react', { ...message, emoji: '👍' }).accepted();
    const reply = { channelId, body: 'a reply', clientId: world.clientId(), replyTo: messageId };
    await alice.call('message.send', reply).accepted();
    return { channelId, message, position: { channelId, rev, epoch } };
  }

  /** Every way to read: by the channel, by the place in its log, and by the message. */
  const ways = (
    by: Person,
    { channelId, message, position }: Awaited<ReturnType<typeof place>>,
  ) => [
    by.call('channel.read', { channelId }),
    by.call('channel.subscribe', { channelId }),
    by.call('channel.resume', position),
    by.call('message.history', { channelId }),
    by.call('message.read', message),
    by.call('message.versions', message),
    by.call('thread.read', message),
    by.call('reaction.list', { ...message, emoji: '👍' }),
    by.call('pin.list', { channelId }),
    by.call('member.list', { channelId }),
    by.call('role.list-reaching', { channelId }),
    by.call('role.describe', { channelId }),
  ];

  async function readsNothing(by: Person, at: Awaited<ReturnType<typeof place>>): Promise<void> {
    const { channelId } = at;
    await allRefused('not_found', ways(by, at));
    await by.send(channelId, 'me too', world.clientId()).refused('not_found');
    const { channels: listed } = await by.call('channel.list', { limit: 200 }).accepted();
    const { channels: found } = await by.call('channel.discover', { limit: 200 }).accepted();
    assert.ok(![...listed, ...found].some(({ id }) => id === channelId));
    const { channels } = await by
      .call('channel.sync', { channels: [{ id: channelId }] })
      .accepted();
    assert.deepEqual(channels, [{ answer: 'refused', id: channelId, code: 'not_found' }]);
    const { messages } = await by.call('mention.list', {}).accepted();
    assert.ok(!JSON.stringify(messages).includes(channelId));
  }

  it('ends listening and reading of who is not in it, and disturbs nobody for longer than they ask again', async () => {
    const [bob, carol] = [await world.person('Bob'), await world.person('Carol')];
    const at = await place(carol);
    const { channelId } = at;
    await bob.call('channel.subscribe', { channelId }).accepted();
    await bob.call('message.history', { channelId }).accepted();
    const { userId } = bob;
    await alice.call('member.ban', { channelId, userId, reason: 'spying' }).accepted();
    await bob.hears('access.changed', (told) => told.channelId === channelId);
    await carol.hears('access.changed', (told) => told.channelId === channelId);
    await carol.call('channel.subscribe', { channelId }).accepted();
    await alice.send(channelId, 'among us', world.clientId()).accepted();
    await carol.hearsMessage(({ body }) => body === 'among us');
    await bob.connection.settled();
    assert.ok(!JSON.stringify(bob.connection.heard).includes('among us'));
    await readsNothing(bob, at);
    const unban = { channelId, userId, reason: 'enough' };
    await alice.call('member.unban', unban).accepted();
    await bob.call('message.history', { channelId }).accepted();
    await bob.call('channel.subscribe', { channelId }).accepted();
  });

  it('takes a member out and leaves them nothing to come back to, whom it mentioned or not', async () => {
    const bob = await world.person('Bob');
    const at = await place(bob);
    const { channelId } = at;
    const { userId } = bob;
    const named = { channelId, body: 'Bob!', clientId: world.clientId(), mentions: [userId] };
    await alice.call('message.send', named).accepted();
    assert.equal((await bob.call('mention.list', {}).accepted()).messages.length, 1);
    await alice.call('member.ban', { channelId, userId, reason: 'spying' }).accepted();
    await alice.send(channelId, 'among us', world.clientId()).accepted();
    await bob.connection.settled();
    assert.ok(!JSON.stringify(bob.connection.heard).includes('among us'));
    await readsNothing(bob, at);
  });

  it('is over by itself when its time is', async () => {
    const bob = await world.person('Bob');
    const at = await place();
    const { channelId } = at;
    const ban = { channelId, userId: bob.userId, reason: 'a moment', durationMs: 60_000 };
    await alice.call('member.ban', ban).accepted();
    await readsNothing(bob, at);
    const until =
      "UPDATE moderation_act SET until = now() - interval '1 second' WHERE channel_id = $1";
    await world.database.query(until, [channelId]);
    await bob.call('message.history', { channelId }).accepted();
  });
});
