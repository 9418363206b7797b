/** Unmuting: the person writes again at once, and both acts stay on record. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { archive, audited, misshapen } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('member.unmute', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    s = await scene(world);
  });
  after(() => world.end());

  const about = () => ({ channelId: s.channelId, userId: s.bob.userId });
  const muted = () => s.keeper.call('member.mute', { ...about(), reason: 'rude' }).accepted();

  it('gives back speech, is audited and told', async () => {
    await muted();
    const { channelId, alice, bob } = s;
    await alice.call('member.unmute', { ...about(), reason: 'enough' }).accepted();
    await bob.send(channelId, 'thanks', world.clientId()).accepted();
    assert.equal((await audited(world, 'member.unmute', channelId)).length, 1);
    const { acts } = await bob.call('moderation.mine', {}).accepted();
    assert.deepEqual(
      acts.map(({ kind, reason, endedAt }) => [kind, reason, endedAt !== null]),
      [
        ['unmute', 'enough', false],
        ['mute', 'rude', true],
      ],
    );
  });

  it('is forbidden to oneself and to members, not_found where nobody is muted', async () => {
    await s.keeper.call('member.unmute', about()).refused('not_found');
    await muted();
    await s.carol.call('member.unmute', about()).refused('forbidden');
    await s.bob.call('member.unmute', about()).refused('forbidden');
    const { channelId, alice, keeper } = s;
    await alice
      .call('member.mute', { channelId, userId: keeper.userId, reason: 'you too' })
      .accepted();
    await keeper.call('member.unmute', { channelId, userId: keeper.userId }).refused('forbidden');
  });

  it('is refused as channel_archived, and as invalid_input when its shape is wrong', async () => {
    await muted();
    await misshapen(world, s.keeper, 'member.unmute', about(), { 'no one': { userId: 'me' } });
    await archive(world, { id: s.channelId });
    await s.keeper.call('member.unmute', about()).refused('channel_archived');
  });
});
