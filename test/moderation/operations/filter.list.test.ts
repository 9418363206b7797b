/** Listing filters: those of a channel to its keepers, those of all channels to admins. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { scene } from '../support.ts';

describe('filter.list', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('shows each where it is set, with its text', async () => {
    const { channelId, keeper, alice, bob, staff } = await scene(world);
    const admin = await world.person('Admin', { role: 'admin' });
    const word = { kind: 'word', action: 'flag' } as const;
    const here = await keeper
      .call('filter.create', { ...word, channelId, text: 'spam' })
      .accepted();
    const everywhere = await admin.call('filter.create', { ...word, text: 'eggs' }).accepted();
    assert.deepEqual((await alice.call('filter.list', { channelId }).accepted()).filters, [here]);
    assert.deepEqual((await admin.call('filter.list', {}).accepted()).filters, [everywhere]);
    await bob.call('filter.list', { channelId }).refused('forbidden');
    await bob.call('filter.list', {}).refused('forbidden');
    await staff.call('filter.list', { channelId }).refused('not_found');
  });
});
