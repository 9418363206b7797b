/** Unbanning: the way back is open, and nobody is brought back. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { archive, audited, misshapen } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('member.unban', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    s = await scene(world);
    await s.keeper.call('member.ban', { ...about(), reason: 'rude' }).accepted();
  });
  after(() => world.end());

  const about = () => ({ channelId: s.channelId, userId: s.bob.userId });

  it('lets the person be added again, once, and is audited', async () => {
    const { channelId, alice, bob } = s;
    await alice.call('member.add', about()).refused('banned');
    await alice.call('member.unban', about()).accepted();
    await bob.send(channelId, 'not yet', world.clientId()).refused('not_found');
    await alice.call('member.add', about()).accepted();
    await bob.send(channelId, 'thanks', world.clientId()).accepted();
    await alice.call('member.unban', about()).refused('not_found');
    assert.equal((await audited(world, 'member.unban', channelId)).length, 1);
  });

  it('is forbidden to members', async () => {
    await s.carol.call('member.unban', about()).refused('forbidden');
  });

  it('is refused as channel_archived, and as invalid_input when its shape is wrong', async () => {
    await misshapen(world, s.keeper, 'member.unban', about(), { 'no one': { userId: 'me' } });
    await archive(world, { id: s.channelId });
    await s.keeper.call('member.unban', about()).refused('channel_archived');
  });
});
