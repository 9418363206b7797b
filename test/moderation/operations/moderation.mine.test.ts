/** What was done to me: every act with its reason and end, whoever did it, and nothing that was done to others. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { misshapen } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('moderation.mine', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
    s = await scene(world);
  });
  after(() => world.end());

  it('tells of removals and of deleted messages too, a page at a time, and not by whom', async () => {
    const { channelId, messageId, alice, bob, carol, keeper } = s;
    const target = { channelId, userId: bob.userId };
    const own = await bob.send(channelId, 'mine', world.clientId()).accepted();
    await bob.call('message.delete', { channelId, messageId: own.id }).accepted();
    world.clock.forward(1);
    await keeper.call('message.delete', { channelId, messageId, reason: 'rude' }).accepted();
    await keeper.call('message.delete', { channelId, messageId, reason: 'twice' }).accepted();
    world.clock.forward(1);
    await keeper.call('member.remove', { ...target, reason: 'out' }).accepted();
    world.clock.forward(1);
    await alice.call('member.ban', { ...target, reason: 'for good' }).accepted();
    const { acts } = await bob.call('moderation.mine', {}).accepted();
    assert.deepEqual(
      acts.map(({ kind, reason, actorId, messageId: of }) => [kind, reason, actorId, of]),
      [
        ['ban', 'for good', null, null],
        ['kick', 'out', null, null],
        ['delete', 'rude', null, messageId],
      ],
    );
    const first = await bob.call('moderation.mine', { limit: 2 }).accepted();
    assert.equal(first.more, true);
    const before = first.acts.at(-1)?.id;
    const rest = await bob.http('GET', `/v1/moderation/mine?limit=2&before=${before}`).accepted();
    assert.deepEqual(rest, { acts: acts.slice(2), more: false });
    assert.deepEqual((await carol.call('moderation.mine', {}).accepted()).acts, []);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    await misshapen(world, s.bob, 'moderation.mine', {}, { nothing: { limit: 0 } });
    await s.bob.call('moderation.mine', { limit: 201 }).refused('invalid_input');
  });
});
