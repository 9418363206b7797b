/** Where history begins at joining, nothing from outside a reader's time in the channel reaches them, by any path. */
import assert from 'node:assert/strict';
import type { ChannelId, MessageId } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { allRefused, changesNothing, quietChannel } from './support.ts';

const SINCE_JOIN = { historyPolicy: 'since-join' } as const;

describe('a channel whose history begins at joining', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    alice = await world.person('Alice');
  });
  beforeEach(async () => {
    bob = await world.person('Bob');
  });
  after(() => world.end());

  const say = (channelId: ChannelId, body: string) =>
    alice.send(channelId, body, world.clientId()).accepted();
  const enter = async (channelId: ChannelId, person = bob) => {
    await alice.call('member.add', { channelId, userId: person.userId }).accepted();
    await person.call('channel.subscribe', { channelId }).accepted();
  };
  const edit = (channelId: ChannelId, messageId: MessageId, body: string) =>
    alice.call('message.edit', { channelId, messageId, body }).accepted();

  /** Everything of the channel that `person` can obtain by asking, as texts in order of place. */
  async function obtains(person: Person, channelId: ChannelId): Promise<(string | null)[]> {
    const history = await person.call('message.history', { channelId }).accepted();
    assert.equal(history.more, false);
    const { messages } = history;
    const paged = [];
    for (let before = 1_000, more = true; more;) {
      const page = await person.call('message.history', { channelId, before, limit: 1 }).accepted();
      paged.unshift(...page.messages);
      ({ more } = page);
      before = page.messages[0]?.seq ?? 1;
    }
    assert.deepEqual(paged, messages);
    const resumed = [];
    for (let rev = 0, head = 1; rev < head;) {
      const input = { channelId, rev, epoch: 1, limit: 2 };
      const page = await person.call('channel.resume', input).accepted();
      resumed.push(...page.events.flatMap((e) => (e.kind === 'message' ? [e.message] : [])));
      ({ upTo: rev, head } = page);
    }
    assert.deepEqual(
      resumed.sort((a, b) => a.seq - b.seq),
      messages,
    );
    return messages.map(({ body }) => body);
  }

  /** Waits for a marker that everybody hears, then demands that no frame ever told `person` any of the texts. */
  async function neverHeard(person: Person, channelId: ChannelId, ...texts: readonly string[]) {
    const marker = await say(channelId, 'marker');
    await alice.hears('channel.events', ({ last }) => last >= marker.rev);
    await person.connection.settled();
    const everything = JSON.stringify(person.connection.heard);
    for (const text of texts) assert.ok(!everything.includes(text), `${text} was heard`);
  }

  it('gives a newcomer the posts since they came, by history and by resume', async () => {
    const { id } = await quietChannel(world, alice, [], { ...SINCE_JOIN, sayings: ['a', 'b'] });
    await enter(id);
    await say(id, 'c');
    assert.deepEqual(await obtains(bob, id), ['c']);
    assert.deepEqual(await obtains(alice, id), ['a', 'b', 'c']);
  });

  it('keeps what others made of an older message from them, also where it does not open', async () => {
    const { id, posts } = await quietChannel(world, alice, [], { ...SINCE_JOIN, sayings: ['a'] });
    await world.database.query(
      'UPDATE message SET body_sealed = set_byte(body_sealed, 20, 255 - get_byte(body_sealed, 20)) WHERE channel_id = $1',
      [id],
    );
    await enter(id);
    const like = { channelId: id, messageId: posts[0]?.id as MessageId, emoji: '🎉' };
    const { rev } = await alice.call('message.react', like).accepted();
    const heard = await bob.hearsMessage((message) => message.rev === rev);
    assert.deepEqual([heard.content, heard.reactions], ['withheld', undefined]);
  });

  it('keeps an edit of an older message from them, and lets those who may fetch it', async () => {
    const settings = { ...SINCE_JOIN, sayings: ['secret plan'] };
    const { id, posts } = await quietChannel(world, alice, [], settings);
    await alice.call('channel.subscribe', { channelId: id }).accepted();
    await enter(id);
    const messageId = posts[0]?.id as MessageId;
    const edited = await edit(id, messageId, 'secret plan, revised');
    const withheld = await bob.hearsMessage(({ rev }) => rev === edited.rev);
    assert.deepEqual([withheld.content, withheld.body], ['withheld', null]);
    await neverHeard(bob, id, 'secret');
    assert.deepEqual(await obtains(bob, id), ['marker']);
    await alice.hearsMessage(({ rev, content }) => rev === edited.rev && content === 'withheld');
    assert.deepEqual(await obtains(alice, id), ['secret plan, revised', 'marker']);
  });

  it('sends the text of an edit to everybody when all of them were there', async () => {
    const { id } = await world.channel(alice, [bob], SINCE_JOIN);
    const sent = await say(id, 'we were all there');
    const edited = await edit(id, sent.id, 'and still are');
    assert.deepEqual(await bob.hearsMessage(({ version }) => version === 2), edited);
  });

  it('sends the deletion of an older message as a tombstone, and leaves it out of what they can ask for', async () => {
    const settings = { ...SINCE_JOIN, sayings: ['secret plan'] };
    const { id, posts } = await quietChannel(world, alice, [], settings);
    await alice.call('channel.subscribe', { channelId: id }).accepted();
    await enter(id);
    const messageId = posts[0]?.id as MessageId;
    await alice.call('message.delete', { channelId: id, messageId }).accepted();
    const tombstone = await bob.hearsMessage(({ content }) => content === 'deleted');
    assert.equal(tombstone.body, null);
    await neverHeard(bob, id, 'secret');
    assert.deepEqual(await obtains(bob, id), ['marker']);
    assert.deepEqual(await obtains(alice, id), [null, 'marker']);
  });

  it('gives somebody who left and came back both of their times, and nothing in between', async () => {
    const { id } = await quietChannel(world, alice, [], { ...SINCE_JOIN, sayings: ['too early'] });
    await alice.call('channel.subscribe', { channelId: id }).accepted();
    await enter(id);
    const kept = await say(id, 'first stay');
    await alice.call('member.remove', { channelId: id, userId: bob.userId }).accepted();
    const missed = await say(id, 'behind your back');
    await enter(id);
    await say(id, 'second stay');
    assert.deepEqual(await obtains(bob, id), ['first stay', 'second stay']);
    await edit(id, missed.id, 'behind your back, louder');
    await edit(id, kept.id, 'first stay, edited');
    await bob.hearsMessage(({ id: heard, version }) => heard === kept.id && version === 2);
    await neverHeard(bob, id, 'too early', 'behind your back');
    const mine = ['first stay, edited', 'second stay', 'marker'];
    assert.deepEqual(await obtains(bob, id), mine);
    assert.equal((await obtains(alice, id)).length, 5);
  });

  it('takes a message from outside their time for absent when they act on it', async () => {
    const settings = { ...SINCE_JOIN, sayings: ['too early'] };
    const { id: channelId, posts } = await quietChannel(world, alice, [bob], settings);
    const { userId } = bob;
    await alice.call('member.remove', { channelId, userId }).accepted();
    const missed = await say(channelId, 'behind your back');
    await alice.call('member.add', { channelId, userId, role: 'moderator' }).accepted();
    const newcomer = await world.person('Carol');
    const { userId: carol } = newcomer;
    await alice.call('member.add', { channelId, userId: carol, role: 'moderator' }).accepted();
    const actions = (person: Person, messageId: MessageId) => [
      person.call('message.delete', { channelId, messageId, reason: 'rude' }),
      person.call('message.edit', { channelId, messageId, body: 'mine now' }),
      person.call('message.send', {
        channelId,
        clientId: world.clientId(),
        body: 'ah!',
        replyTo: messageId,
      }),
    ];
    await changesNothing(world, () =>
      allRefused('not_found', [
        ...actions(bob, missed.id),
        ...actions(newcomer, missed.id),
        ...actions(newcomer, posts[0]?.id as MessageId),
      ]),
    );
    await bob
      .call('message.delete', { channelId, messageId: posts[0]?.id as MessageId, reason: 'rude' })
      .accepted();
  });

  it('keeps their own words from before they left, and lets them be edited again', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob], SINCE_JOIN);
    const own = await bob.send(channelId, 'my words', world.clientId()).accepted();
    await bob.call('member.leave', { channelId }).accepted();
    await enter(channelId);
    const body = 'my better words';
    await bob.call('message.edit', { channelId, messageId: own.id, body }).accepted();
    assert.deepEqual(await obtains(bob, channelId), [body]);
  });
});

describe('a channel whose history is open', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('gives a newcomer everything, whether they ask or listen, even of the time they were away', async () => {
    const [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
    const { id: channelId, posts } = await quietChannel(world, alice, [bob], { sayings: ['old'] });
    await alice.call('member.remove', { channelId, userId: bob.userId }).accepted();
    await alice.send(channelId, 'while you were away', world.clientId()).accepted();
    await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
    await bob.call('channel.subscribe', { channelId }).accepted();
    const { messages } = await bob.call('message.history', { channelId }).accepted();
    assert.deepEqual(
      messages.map(({ body }) => body),
      ['old', 'while you were away'],
    );
    const messageId = posts[0]?.id as MessageId;
    const edited = await alice
      .call('message.edit', { channelId, messageId, body: 'old, edited' })
      .accepted();
    assert.deepEqual(await bob.hearsMessage(({ version }) => version === 2), edited);
    const resumed = await bob.call('channel.resume', { channelId, rev: 0, epoch: 1 }).accepted();
    const texts = resumed.events.flatMap((e) => (e.kind === 'message' ? [e.message.body] : []));
    assert.deepEqual(texts, ['while you were away', 'old, edited']);
  });
});
