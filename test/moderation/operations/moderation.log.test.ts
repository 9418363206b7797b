/** The log of a channel's moderation: for keepers, staff and auditors who see the channel, with who did what. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { misshapen } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('moderation.log', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
    s = await scene(world);
  });
  after(() => world.end());

  it('names who did what to whom and why', async () => {
    const { channelId, bob, carol, keeper, alice } = s;
    const act = { channelId, reason: 'rude' };
    await keeper.call('member.mute', { ...act, userId: bob.userId }).accepted();
    world.clock.forward(1);
    await alice.call('member.ban', { ...act, userId: carol.userId, durationMs: 5_000 }).accepted();
    const auditor = await world.person('Auditor', { role: 'auditor' });
    await alice.call('member.add', { channelId, userId: auditor.userId }).accepted();
    for (const reader of [alice, keeper, auditor]) {
      const { acts } = await reader.call('moderation.log', { channelId }).accepted();
      assert.deepEqual(
        acts.map(({ kind, userId, actorId, reason }) => [kind, userId, actorId, reason]),
        [
          ['ban', carol.userId, alice.userId, 'rude'],
          ['mute', bob.userId, keeper.userId, 'rude'],
        ],
      );
    }
  });

  it('is forbidden to members, and not_found to staff who do not see the channel', async () => {
    const { channelId, bob, staff } = s;
    await bob.call('moderation.log', { channelId }).refused('forbidden');
    await staff.call('moderation.log', { channelId }).refused('not_found');
    await misshapen(world, s.keeper, 'moderation.log', { channelId }, { none: { limit: 0 } });
  });
});
