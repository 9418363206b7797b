/** Sending as somebody who is muted, or too soon where the channel has a pace: not stored, and said until when. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { changesNothing, quietChannel } from '../support.ts';

describe('message.send of somebody who is held', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('is refused as muted, and as slow_mode, and stores nothing', async () => {
    const [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    await alice.call('channel.set-slow-mode', { channelId, seconds: 5 }).accepted();
    await bob.send(channelId, 'one', world.clientId()).accepted();
    await changesNothing(world, async () => {
      const no = await bob.send(channelId, 'two', world.clientId()).refused('slow_mode');
      assert.equal(no.retryAfterMs, 5_000);
    });
    const { userId } = bob;
    await alice.call('member.mute', { channelId, userId, reason: 'enough' }).accepted();
    await changesNothing(world, async () => {
      const no = await bob.send(channelId, 'three', world.clientId()).refused('muted');
      assert.deepEqual([no.retry, no.detail], ['never', { until: null }]);
    });
  });

  it('is refused as filtered where a filter does not let the text through', async () => {
    const [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const { id } = await bob.send(channelId, 'kind', world.clientId()).accepted();
    const filter = { channelId, kind: 'word', action: 'refuse', text: 'rude' } as const;
    await alice.call('filter.create', filter).accepted();
    world.clock.forward(500);
    await changesNothing(world, async () => {
      const no = await bob.send(channelId, 'a rude word', world.clientId()).refused('filtered');
      assert.equal(no.detail, undefined, `the text is not quoted to the author of ${id}`);
    });
  });
});
