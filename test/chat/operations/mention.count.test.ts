/** How often one was mentioned since one's place in each channel, in one call, and never beyond what one may read. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { hiddenChannels, misshapen, quietChannel } from '../support.ts';

describe('mention.count', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const mention = (channelId: ChannelId) =>
    alice
      .call('message.send', {
        ...{ channelId, body: 'hey Bob', clientId: world.clientId() },
        mentions: [bob.userId],
      })
      .accepted();

  it('counts after the place, for each channel by itself, 0 where there is nothing to see', async () => {
    const { absent, ofOthers } = await hiddenChannels(world);
    const here = await quietChannel(world, alice, [bob]);
    const there = await quietChannel(world, alice, [bob], { historyPolicy: 'since-join' });
    for (const id of [here.id, here.id, here.id, there.id]) await mention(id);
    const asked = [
      [here.id, 0, 3],
      [there.id, 0, 1],
      [absent, 0, 0],
      [ofOthers, 0, 0],
    ] as const;
    const channels = asked.map(([id, after]) => ({ id, after }));
    const counted = await bob.call('mention.count', { channels }).accepted();
    assert.deepEqual(
      counted.channels,
      asked.map(([id, , count]) => ({ id, count })),
    );
    const later = await bob
      .call('mention.count', { channels: [{ id: here.id, after: 2 }] })
      .accepted();
    assert.deepEqual(later.channels, [{ id: here.id, count: 1 }]);
    await alice.call('member.remove', { channelId: there.id, userId: bob.userId }).accepted();
    const out = await bob
      .call('mention.count', { channels: [{ id: there.id, after: 0 }] })
      .accepted();
    assert.deepEqual(out.channels, [{ id: there.id, count: 0 }]);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id } = await quietChannel(world, alice, [bob]);
    const one = { id, after: 0 };
    await bob.call('mention.count', { channels: [] }).refused('invalid_input');
    await misshapen(
      world,
      bob,
      'mention.count',
      { channels: [one] },
      {
        'a channel twice': { channels: [one, one] },
        'a place before the first': { channels: [{ id, after: -1 }] },
      },
    );
  });
});
