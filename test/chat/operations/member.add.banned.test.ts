/** Letting somebody in who is banned: not before it is over. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { changesNothing, quietChannel } from '../support.ts';

describe('member.add of somebody who is banned', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('is refused as banned until it is over, then accepted', async () => {
    const [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
    const { id: channelId } = await quietChannel(world, alice, [], { kind: 'public' });
    const { userId } = bob;
    const ban = { channelId, userId, reason: 'spam', durationMs: 5_000 };
    const { until } = await alice.call('member.ban', ban).accepted();
    const attempt = () => alice.call('member.add', { channelId, userId });
    await changesNothing(world, async () => {
      assert.deepEqual((await attempt().refused('banned')).detail, { until });
    });
    world.clock.forward(5_000);
    assert.equal((await attempt().accepted()).state, 'joined');
  });
});
