/** Removing a filter: what it refused is let through again. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { audited, misshapen } from '../../chat/support.ts';
import { fresh, scene } from '../support.ts';

describe('filter.delete', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('takes it out of force, once, and is audited', async () => {
    const { channelId, keeper, bob, carol } = await scene(world);
    const input = { channelId, kind: 'word', action: 'refuse', text: 'spam' } as const;
    const { id: filterId } = await keeper.call('filter.create', input).accepted();
    fresh(world);
    await bob.send(channelId, 'spam', world.clientId()).refused('filtered');
    await carol.call('filter.delete', { filterId }).refused('not_found');
    await keeper.call('filter.delete', { filterId }).accepted();
    await keeper.call('filter.delete', { filterId }).refused('not_found');
    fresh(world);
    await bob.send(channelId, 'spam', world.clientId()).accepted();
    assert.equal((await audited(world, 'filter.delete', filterId)).length, 1);
    await misshapen(world, keeper, 'filter.delete', { filterId }, { 'no id': { filterId: 'x' } });
  });
});
