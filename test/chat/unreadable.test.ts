/** What one may not read is not there, whatever one asks to do with it: the same bytes, after the same queries. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelId, MessageId } from '../../src/contract/index.ts';
import type { OperationName } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import { statementsOf } from '../support/statements.ts';
import { World } from '../support/world.ts';
import { hiddenChannels, quietChannel } from './support.ts';

/** Everything that names a message of a channel, with what it takes besides. */
const CALLS: Partial<Record<OperationName, object>> = {
  'message.react': { emoji: '👍' },
  'message.unreact': { emoji: '👍' },
  'reaction.list': { emoji: '👍' },
  'message.pin': {},
  'message.unpin': {},
  'message.edit': { body: 'mine' },
  'message.delete': { reason: 'rude' },
  'message.versions': {},
  'message.read': {},
  'thread.read': {},
  'report.create': { category: 'spam' },
};

/** What the answer to a call may depend on; refusals are recorded by themselves, in batches. */
const ASKED =
  /\b"?(channel|message|membership|reaction|message_version|report|moderation_act|append_messages)"?\b/;

describe('a message that one may not read', () => {
  let world: World;
  let bob: Person;
  let targets: Record<string, readonly [ChannelId, MessageId]>;
  before(async () => {
    world = await World.create();
    const alice = await world.person('Alice');
    bob = await world.person('Bob');
    const settings = { historyPolicy: 'since-join', sayings: ['early', 'gone'] } as const;
    const { id: here, posts } = await quietChannel(world, alice, [], settings);
    const [early, gone] = posts.map(({ id }) => id) as [MessageId, MessageId];
    await alice.call('message.delete', { channelId: here, messageId: gone }).accepted();
    // Whoever keeps a channel may do most with its messages: with those that they may read.
    const keeps = { channelId: here, userId: bob.userId, role: 'moderator' } as const;
    await alice.call('member.add', keeps).accepted();
    await bob.send(here, 'a word', world.clientId()).accepted(); // what it is sealed with is known from here on
    const beside = await quietChannel(world, alice, [bob], { sayings: ['beside'] });
    const hidden = await hiddenChannels(world);
    const random = randomUUID() as MessageId;
    targets = {
      'a random id': [here, random],
      'from before one came': [here, early],
      'deleted before one came': [here, gone],
      'of another channel of theirs': [here, beside.posts[0]?.id as MessageId],
    };
    for (const [what, id] of Object.entries(hidden)) targets[`in a channel: ${what}`] = [id, early];
  });
  after(() => world.end());

  /** What is answered, and what was asked of the database for it. */
  async function answer(operation: OperationName, input: object) {
    let error = '';
    const statements = await statementsOf(async () => {
      const { traceId, ...rest } = await bob.connection.raw(operation, input).refused('not_found');
      assert.ok(traceId.length > 0);
      error = JSON.stringify(rest);
    });
    await world.app.audit.refusals.drained();
    return { error, asked: statements.filter((text) => ASKED.test(text)) };
  }

  /** Within a channel that one sees, no message tells itself from none; nor does any channel that one does not. */
  async function allAlike(operation: OperationName, inputs: Record<string, object>) {
    const first = new Map<string, string>();
    let error: string | null = null;
    for (const [what, input] of Object.entries(inputs)) {
      const given = await answer(operation, input);
      assert.ok(given.asked.length > 0, `${operation}, ${what}: nothing was asked`);
      const place = what.startsWith('in a channel') ? 'unseen' : 'seen';
      const asked = JSON.stringify(given.asked);
      assert.equal(asked, first.get(place) ?? asked, `${operation}, ${what}: other queries`);
      first.set(place, asked);
      assert.equal(given.error, error ?? given.error, `${operation}, ${what}: another answer`);
      error = given.error;
    }
    assert.equal(first.size, 2);
  }

  for (const [operation, more] of Object.entries(CALLS) as [OperationName, object][])
    it(`is to ${operation} as one that there is not`, async () => {
      const inputs = Object.entries(targets).map(([what, [channelId, messageId]]) => {
        return [what, { channelId, messageId, ...more }] as const;
      });
      await allAlike(operation, Object.fromEntries(inputs));
    });

  it('is to a reply as one that there is not', async () => {
    const inputs = Object.entries(targets).map(([what, [channelId, replyTo]]) => {
      return [what, { channelId, replyTo, clientId: world.clientId(), body: 'so?' }] as const;
    });
    await allAlike('message.send', Object.fromEntries(inputs));
  });
});
