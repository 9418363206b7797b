/** What is pinned, for each reader as far as they may read it. */
import assert from 'node:assert/strict';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, hiddenChannels, quietChannel } from '../support.ts';

describe('pin.list', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  it('gives them whole, the last pinned first, without those of a time that one may not read', async () => {
    const settings = { historyPolicy: 'since-join', sayings: ['before'] } as const;
    const { id: channelId, posts } = await quietChannel(world, alice, [], settings);
    await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
    for (const body of ['one', 'two'])
      posts.push(await alice.send(channelId, body, world.clientId()).accepted());
    for (const { id: messageId } of [...posts].reverse()) {
      await alice.call('message.pin', { channelId, messageId }).accepted();
      world.clock.forward(1);
    }
    const pinsOf = async (person: Person) =>
      (await person.call('pin.list', { channelId }).accepted()).pins.map(({ body }) => body);
    assert.deepEqual(await pinsOf(alice), ['before', 'one', 'two']);
    assert.deepEqual(await pinsOf(bob), ['one', 'two']);
    const overHttp = await bob
      .http<{ pins: unknown[] }>('GET', `/v1/channels/${channelId}/pins`)
      .accepted();
    assert.equal(overHttp.pins.length, 2);
  });

  it('is refused where one may not read', async () => {
    const { ofOthers, elsewhere, absent } = await hiddenChannels(world);
    await allRefused(
      'not_found',
      [ofOthers, elsewhere, absent].map((channelId) => bob.call('pin.list', { channelId })),
    );
  });
});
