/** Counting before deleting: what is there, of that author and time, as far as one may delete it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, misshapen } from '../../chat/support.ts';
import { scene } from '../support.ts';

describe('deletion.preview', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('counts what is not deleted, of that author and of that time', async () => {
    const { channelId, messageId, bob, carol, keeper } = await scene(world);
    world.clock.forward(10_000);
    const from = world.clock.now().getTime();
    await bob.send(channelId, 'more', world.clientId()).accepted();
    await carol.send(channelId, 'mine', world.clientId()).accepted();
    const about = { channelId, authorId: bob.userId };
    const count = async (more: object = {}) =>
      (await keeper.call('deletion.preview', { ...about, ...more }).accepted()).messages;
    assert.deepEqual([await count(), await count({ from }), await count({ to: from })], [2, 1, 1]);
    await keeper.call('message.delete', { channelId, messageId, reason: 'no' }).accepted();
    assert.equal(await count(), 1);
    const path = `/v1/channels/${channelId}/deletions/preview?authorId=${bob.userId}`;
    assert.deepEqual(await keeper.http('GET', path).accepted(), { messages: 1, more: false });
  });

  it('counts for keepers only what they may read, as the deletion does', async () => {
    const alice = await world.person('Alice');
    const late = await world.person('Late');
    const { id: channelId } = await world.channel(alice, [], { historyPolicy: 'since-join' });
    await alice.send(channelId, 'before', world.clientId()).accepted();
    const { userId } = late;
    await alice.call('member.add', { channelId, userId, role: 'moderator' }).accepted();
    await alice.send(channelId, 'after', world.clientId()).accepted();
    const count = async (by: Person) =>
      (await by.call('deletion.preview', { channelId, authorId: alice.userId }).accepted())
        .messages;
    assert.deepEqual([await count(alice), await count(late)], [2, 1]);
  });

  it('is forbidden to members, and not_found where the channel is not seen', async () => {
    const { channelId, bob, carol, staff } = await scene(world);
    const about = { channelId, authorId: bob.userId };
    await carol.call('deletion.preview', about).refused('forbidden');
    await allRefused('not_found', [
      staff.call('deletion.preview', about),
      carol.call('deletion.preview', { ...about, channelId: randomUUID() }),
    ]);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { channelId, bob, keeper } = await scene(world);
    const good = { channelId, authorId: bob.userId };
    const wrong = { 'a time that is none': { from: -1 } };
    await misshapen(world, keeper, 'deletion.preview', good, wrong);
  });
});
