/** Changing a filter: what it looks for and what it does, in force on every node at once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { FilterId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { allRefused, audited, misshapen } from '../../chat/support.ts';
import { fresh, scene, type Scene } from '../support.ts';

describe('filter.update', () => {
  let world: World;
  let s: Scene;
  let filterId: FilterId;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    s = await scene(world);
    const input = { channelId: s.channelId, kind: 'word', action: 'count', text: 'spam' } as const;
    filterId = (await s.keeper.call('filter.create', input).accepted()).id;
  });
  after(() => world.end());

  const says = (text: string) => s.bob.send(s.channelId, text, world.clientId());

  it('goes from counting to refusing, and to another word', async () => {
    fresh(world);
    await says('spam').accepted();
    await s.keeper.call('filter.update', { filterId, action: 'refuse' }).accepted();
    fresh(world);
    await says('spam').refused('filtered');
    const changed = await s.alice.call('filter.update', { filterId, text: 'eggs' }).accepted();
    assert.deepEqual([changed.action, changed.text, changed.kind], ['refuse', 'eggs', 'word']);
    fresh(world);
    await says('spam').accepted();
    await says('eggs').refused('filtered');
    assert.equal((await audited(world, 'filter.update', filterId)).length, 2);
  });

  it('is refused as too_many_filters for a pattern that costs too much', async () => {
    const input = { channelId: s.channelId, kind: 'pattern', action: 'count' } as const;
    const made = await s.keeper.call('filter.create', { ...input, text: 'a+' }).accepted();
    await s.keeper
      .call('filter.update', { filterId: made.id, text: 'a{1,900}' })
      .refused('too_many_filters');
  });

  it('is not_found, all alike, for who may not set it', async () => {
    const stranger = await world.person('Stranger');
    await allRefused('not_found', [
      s.carol.call('filter.update', { filterId, action: 'flag' }),
      stranger.call('filter.update', { filterId, action: 'flag' }),
      s.keeper.call('filter.update', { filterId: randomUUID(), action: 'flag' }),
    ]);
    await misshapen(world, s.keeper, 'filter.update', { filterId }, { none: { text: 'a b' } });
  });
});
