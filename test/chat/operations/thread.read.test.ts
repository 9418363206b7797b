/** Threads: a message with all that was said about it, told by each reply, and read from any of them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelId, MessageId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, assertDense, hiddenChannels, misshapen, quietChannel } from '../support.ts';

describe('thread.read', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const say = (person: Person, channelId: ChannelId, body: string, replyTo?: MessageId) =>
    person
      .call('message.send', {
        ...{ channelId, body, clientId: world.clientId() },
        ...(replyTo && { replyTo }),
      })
      .accepted();

  it('holds replies, and replies to replies, of which each tells which one it is', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const root = await say(alice, channelId, 'a question');
    const one = await say(bob, channelId, 'an answer', root.id);
    await say(alice, channelId, 'something else');
    const two = await say(alice, channelId, 'thanks', one.id);
    const heard = await bob.hearsMessage(({ id }) => id === two.id);
    assert.deepEqual(
      [heard.replyTo, heard.thread, heard.rev],
      [one.id, { root: root.id, place: 2 }, two.seq + 2],
    );
    for (const messageId of [root.id, one.id, two.id]) {
      const thread = await bob.call('thread.read', { channelId, messageId }).accepted();
      assert.deepEqual(
        [thread.root?.body, thread.replies.map(({ body }) => body), thread.more],
        ['a question', ['an answer', 'thanks'], false],
      );
      assert.deepEqual(thread.root?.replies, { count: 2, lastSeq: two.seq });
      assert.deepEqual(thread.replies[1], heard);
    }
    await assertDense(world, channelId);
  });

  it('counts replies that arrive in one batch, each once', async () => {
    const { id: channelId, posts } = await quietChannel(world, alice, [bob], { sayings: ['go'] });
    const root = posts[0]?.id as MessageId;
    await Promise.all(Array.from({ length: 30 }, (_, i) => say(bob, channelId, `${i}`, root)));
    const { root: first, replies } = await alice
      .call('thread.read', { channelId, messageId: root })
      .accepted();
    const lastSeq = replies.at(-1)?.seq;
    assert.deepEqual(first?.replies, { count: 30, lastSeq });
    assert.deepEqual(
      replies.map(({ thread }) => thread?.place),
      Array.from({ length: 30 }, (_, i) => i + 1),
    );
  });

  it('gives a page at a time, and keeps the place of what was deleted', async () => {
    const { id: channelId, posts } = await quietChannel(world, alice, [], { sayings: ['go'] });
    const messageId = posts[0]?.id as MessageId;
    const sent = [];
    for (const body of ['one', 'two', 'three'])
      sent.push(await say(alice, channelId, body, messageId));
    const [, two] = sent as [unknown, { id: MessageId; seq: number }];
    await alice.call('message.delete', { channelId, messageId: two.id }).accepted();
    const newest = await alice.call('thread.read', { channelId, messageId, limit: 2 }).accepted();
    assert.deepEqual(
      [newest.replies.map(({ body }) => body), newest.more, newest.root?.replies?.count],
      [[null, 'three'], true, 3],
    );
    const path = `/v1/channels/${channelId}/messages/${messageId}/thread?before=${two.seq}`;
    const rest = await alice.http<typeof newest>('GET', path).accepted();
    assert.deepEqual([rest.replies.map(({ body }) => body), rest.more], [['one'], false]);
  });

  it('shows who came later the replies of their own time, and not what they are about', async () => {
    const settings = { historyPolicy: 'since-join', sayings: ['secret plan'] } as const;
    const { id: channelId, posts } = await quietChannel(world, alice, [], settings);
    const root = posts[0]?.id as MessageId;
    await say(alice, channelId, 'secret details', root);
    await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
    const open = await say(alice, channelId, 'in the open', root);
    const answer = await say(bob, channelId, 'indeed', open.id);
    const thread = await bob.call('thread.read', { channelId, messageId: answer.id }).accepted();
    assert.deepEqual(
      [thread.root, thread.replies.map(({ body }) => body)],
      [null, ['in the open', 'indeed']],
    );
    await bob.call('thread.read', { channelId, messageId: root }).refused('not_found');
    const whole = await alice.call('thread.read', { channelId, messageId: root }).accepted();
    assert.equal(whole.root?.replies?.count, 3);
  });

  it('stays one thread when its first message was truncated', async () => {
    const { id: channelId, posts } = await quietChannel(world, alice, [], { sayings: ['go'] });
    const reply = await say(alice, channelId, 'first reply', posts[0]?.id as MessageId);
    await world.database.query('UPDATE channel SET purged_seq = 1 WHERE id = $1', [channelId]);
    await world.database.query('DELETE FROM message WHERE channel_id = $1 AND seq = 1', [
      channelId,
    ]);
    const next = await say(alice, channelId, 'second reply', reply.id);
    const thread = await alice.call('thread.read', { channelId, messageId: next.id }).accepted();
    assert.deepEqual(
      [thread.root, thread.replies.map(({ body, thread: at }) => [body, at?.place])],
      [
        null,
        [
          ['first reply', 1],
          ['second reply', 2],
        ],
      ],
    );
  });

  it('is refused as not_found, all alike, for what is absent or invisible', async () => {
    const { ofOthers, absent } = await hiddenChannels(world);
    const { id, posts } = await quietChannel(world, alice, [], { sayings: ['go'] });
    const messageId = posts[0]?.id as MessageId;
    await allRefused('not_found', [
      alice.call('thread.read', { channelId: id, messageId: randomUUID() }),
      alice.call('thread.read', { channelId: ofOthers, messageId }),
      alice.call('thread.read', { channelId: absent, messageId }),
    ]);
    await misshapen(
      world,
      alice,
      'thread.read',
      { channelId: id, messageId },
      {
        'a place before the first': { before: 0 },
      },
    );
  });
});
