/** Editing as somebody who is muted, banned or filtered: the message stays as it was. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { allRefused, changesNothing, quietChannel } from '../support.ts';

describe('message.edit of somebody who is held', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('is refused as muted, and accepted before', async () => {
    const [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const { id: messageId } = await bob.send(channelId, 'one', world.clientId()).accepted();
    await bob.call('message.edit', { channelId, messageId, body: 'two' }).accepted();
    const { userId } = bob;
    await alice.call('member.mute', { channelId, userId, reason: 'enough' }).accepted();
    await changesNothing(world, async () => {
      const edit = { channelId, messageId, body: 'three' };
      const no = await bob.call('message.edit', edit).refused('muted');
      assert.deepEqual(no.detail, { until: null });
    });
  });

  it('is refused after a ban as where there is no such channel, and open again to who comes back', async () => {
    const [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
    const { userId } = bob;
    for (const kind of ['private', 'public'] as const) {
      const { id: channelId } = await quietChannel(world, alice, [bob], { kind });
      const { id: messageId } = await bob.send(channelId, 'one', world.clientId()).accepted();
      const edit = { channelId, messageId, body: 'two' };
      const absent = { ...edit, channelId: randomUUID() as ChannelId };
      const ban = { channelId, userId, reason: 'enough' };
      await alice.call('member.ban', { ...ban, durationMs: 60_000 }).accepted();
      await changesNothing(world, () =>
        allRefused('not_found', [bob.call('message.edit', edit), bob.call('message.edit', absent)]),
      );
      await alice.call('member.unban', { channelId, userId }).accepted();
      await alice.call('member.add', { channelId, userId }).accepted();
      assert.equal((await bob.call('message.edit', edit).accepted()).body, 'two');
    }
  });

  it('is refused as filtered where a filter does not let the text through', async () => {
    const [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const { id } = await bob.send(channelId, 'kind', world.clientId()).accepted();
    const filter = { channelId, kind: 'word', action: 'refuse', text: 'rude' } as const;
    await alice.call('filter.create', filter).accepted();
    world.clock.forward(500);
    await changesNothing(world, async () => {
      const no = await bob
        .call('message.edit', { channelId, messageId: id, body: 'a rude word' })
        .refused('filtered');
      assert.equal(no.detail, undefined, `the text is not quoted to the author of ${id}`);
    });
  });
});
