/** Taking a reaction back: one's own and no other, until none of the kind is left. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MessageId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, archive, changesNothing, misshapen, quietChannel } from '../support.ts';

describe('message.unreact', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const liked = async () => {
    const { id, posts } = await quietChannel(world, alice, [bob], { sayings: ['hello'] });
    const input = { channelId: id, messageId: posts[0]?.id as MessageId, emoji: '👍' };
    const { rev } = await alice.call('message.react', input).accepted();
    return { input, rev };
  };

  it('takes back the own one only, and tells everybody', async () => {
    const { input, rev } = await liked();
    await bob.call('message.react', input).accepted();
    await bob.call('channel.subscribe', { channelId: input.channelId }).accepted();
    const left = await alice.call('message.unreact', input).accepted();
    assert.deepEqual(left, {
      rev: rev + 2,
      reaction: { emoji: '👍', count: 1, users: [bob.userId] },
    });
    const none = await bob.call('message.unreact', input).accepted();
    assert.equal(none.reaction, null);
    const heard = await bob.hearsMessage((message) => message.rev === none.rev);
    assert.ok(!('reactions' in heard));
  });

  it('changes nothing where there is none', async () => {
    const { input } = await liked();
    await changesNothing(world, async () => {
      const { reaction } = await bob.call('message.unreact', input).accepted();
      assert.deepEqual(reaction, { emoji: '👍', count: 1, users: [alice.userId] });
    });
  });

  it('is refused where one may not react, or there is nothing to react to', async () => {
    const { input } = await liked();
    const stranger = await world.person('Stranger');
    const absent = { ...input, messageId: randomUUID() };
    await changesNothing(world, () =>
      allRefused('not_found', [
        stranger.call('message.unreact', input),
        alice.call('message.unreact', absent),
      ]),
    );
    const { channelId, messageId } = input;
    const role = { channelId, userId: bob.userId, role: 'guest' } as const;
    await alice.call('member.set-role', role).accepted();
    await bob.call('message.unreact', input).refused('forbidden');
    const other = (await liked()).input;
    await archive(world, { id: other.channelId });
    await alice.call('message.unreact', other).refused('channel_archived');
    await alice.call('message.delete', { channelId, messageId }).accepted();
    await alice.call('message.unreact', input).refused('message_deleted');
  });

  it('is refused, and tells nothing of the message, to who may not read the channel', async () => {
    const { input } = await liked();
    const about = {
      channelId: input.channelId,
      permission: 'message.read',
      userId: bob.userId,
    } as const;
    await alice.call('override.set', { ...about, effect: 'deny' }).accepted();
    await changesNothing(world, () =>
      allRefused('forbidden', [
        bob.call('message.unreact', { ...input, emoji: '👎' }),
        bob.call('message.unreact', { ...input, messageId: randomUUID() }),
        bob.call('message.react', input),
        bob.call('message.history', { channelId: input.channelId }),
      ]),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { input } = await liked();
    await misshapen(world, alice, 'message.unreact', input, { 'no emoji': { emoji: 'like' } });
  });
});
