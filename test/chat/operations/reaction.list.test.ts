/** Who reacted: a page at a time, for who may read the message. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MessageId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, misshapen, quietChannel } from '../support.ts';

describe('reaction.list', () => {
  let world: World;
  let alice: Person;
  before(async () => {
    world = await World.create();
    alice = await world.person('Alice');
  });
  after(() => world.end());

  const liked = async (people: readonly Person[]) => {
    const { id, posts } = await quietChannel(world, alice, people, { sayings: ['hello'] });
    const input = { channelId: id, messageId: posts[0]?.id as MessageId, emoji: '👍' };
    for (const person of people) await person.call('message.react', input).accepted();
    return input;
  };

  it('names everybody, a page at a time, and what the caller did', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => world.person('Fan')));
    const input = await liked(people);
    const [fan] = people as [Person];
    await fan.call('message.react', { ...input, emoji: '🎉' }).accepted();
    const ids = people.map(({ userId }) => userId).sort();
    const first = await fan.call('reaction.list', { ...input, limit: 3 }).accepted();
    assert.deepEqual(
      [first.users.map(({ userId }) => userId), first.more, [...first.own].sort()],
      [ids.slice(0, 3), true, ['🎉', '👍'].sort()],
    );
    const after = ids[2] as string;
    const rest = await alice.call('reaction.list', { ...input, after }).accepted();
    assert.deepEqual(
      [rest.users.map(({ userId }) => userId), rest.more, rest.own],
      [ids.slice(3), false, []],
    );
    const path = `/v1/channels/${input.channelId}/messages/${input.messageId}/reactions`;
    const overHttp = await alice
      .http<typeof rest>('GET', `${path}?emoji=${encodeURIComponent('🎉')}`)
      .accepted();
    assert.deepEqual(
      overHttp.users.map(({ userId }) => userId),
      [fan.userId],
    );
  });

  it('is refused for what is absent or may not be read, all alike', async () => {
    const input = await liked([]);
    const stranger = await world.person('Stranger');
    await allRefused('not_found', [
      stranger.call('reaction.list', input),
      alice.call('reaction.list', { ...input, messageId: randomUUID() }),
    ]);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const input = await liked([]);
    await misshapen(world, alice, 'reaction.list', input, { 'no emoji': { emoji: 'like' } });
  });
});
