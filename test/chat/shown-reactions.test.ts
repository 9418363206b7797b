/** What is shown of reactions is what the rows say, whoever added and took back whatever, in whatever order. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MessageId, Reaction, UserId } from '../../src/contract/index.ts';
import { withAdded, withRemoved, type Reacted } from '../../src/chat/shown-reactions.ts';
import { World } from '../support/world.ts';
import { row } from './support.ts';

const KINDS = ['👍', ':shipit:', '🎉'];
const PEOPLE = ['a', 'b', 'c', 'd', 'e'] as UserId[];

/** Counted from all there are, each batch at a time of its own. */
function counted(batches: readonly (readonly Reacted[])[]): Reaction[] {
  const kinds: Reaction[] = [];
  for (const batch of batches)
    for (const { emoji, userId } of [...batch].sort((a, b) => (key(a) < key(b) ? -1 : 1))) {
      const kind = kinds.find((one) => one.emoji === emoji);
      if (!kind) kinds.push({ emoji, count: 1, users: [userId] });
      else {
        kind.count += 1;
        if (kind.users.length < 3) kind.users.push(userId);
      }
    }
  return kinds;
}

const key = ({ emoji, userId }: Reacted) => `${Buffer.from(emoji).toString('hex')} ${userId}`;

describe('reactions that are shown', () => {
  const all = PEOPLE.flatMap((userId) => KINDS.map((emoji) => ({ emoji, userId })));

  it('are the same added piece by piece as counted from all', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(all),
        fc.array(fc.integer({ min: 1, max: 6 })),
        (chosen, sizes) => {
          const left = [...chosen];
          const batches = [...sizes, all.length].map((size) => left.splice(0, size));
          const shown = batches.reduce<readonly Reaction[] | null>(
            (before, batch) => (batch.length > 0 ? withAdded(before, batch) : before),
            null,
          );
          assert.deepEqual(shown ?? [], counted(batches));
        },
      ),
    );
  });

  it('lose by count who is not named, and are counted anew where somebody is', () => {
    const crowd = PEOPLE.map((userId) => ({ emoji: '👍', userId }));
    const shown = withAdded(null, crowd);
    assert.deepEqual(shown, [{ emoji: '👍', count: 5, users: ['a', 'b', 'c'] }]);
    const less = withRemoved(shown, crowd.slice(3));
    assert.deepEqual(less, [{ emoji: '👍', count: 3, users: ['a', 'b', 'c'] }]);
    assert.equal(withRemoved(shown, crowd.slice(2)), undefined);
    assert.equal(withRemoved(null, crowd.slice(0, 1)), undefined);
  });

  it('are those of the rows, in a crowd that adds and takes back', async () => {
    const world = await World.create();
    try {
      const people = await Promise.all(PEOPLE.map((name) => world.person(name)));
      const [alice, ...others] = people as [(typeof people)[0], ...typeof people];
      const { id: channelId } = await world.channel(alice, others);
      const sent = await alice.send(channelId, 'hello', world.clientId()).accepted();
      const messageId: MessageId = sent.id;
      for (let round = 0; round < 12; round += 1) {
        world.clock.forward(10);
        const emoji = KINDS[round % KINDS.length] ?? '';
        const operation = round % 4 === 3 ? 'message.unreact' : 'message.react';
        const some = people.filter((_, i) => (i + round) % 3 !== 0);
        await Promise.all(
          some.map((who) => who.call(operation, { channelId, messageId, emoji }).accepted()),
        );
        const { shown, said } = await row(
          world,
          `SELECT m.reactions AS shown, (
             SELECT jsonb_agg(jsonb_build_object('emoji', k.emoji, 'count', k.count, 'users', k.users)
               ORDER BY k.since, k.emoji COLLATE "C")
             FROM (SELECT emoji, count(*) AS count, min(at) AS since,
                 (array_agg(user_id ORDER BY at, user_id))[1:3] AS users
               FROM reaction r WHERE r.channel_id = m.channel_id AND r.seq = m.seq GROUP BY emoji) k) AS said
           FROM message m WHERE m.channel_id = $1 AND m.id = '${messageId}'`,
          channelId,
        );
        assert.deepEqual(sorted(shown), sorted(said), `round ${round}`);
      }
    } finally {
      await world.end();
    }
  });
});

/** Who came in the same millisecond but another commit stands in the order of these, which the rows do not tell. */
function sorted(reactions: unknown): unknown {
  const kinds = reactions as readonly Reaction[] | null;
  return kinds?.map(({ emoji, count, users }) => ({ emoji, count, users: users.length })) ?? null;
}
