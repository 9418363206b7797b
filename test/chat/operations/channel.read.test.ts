/** Reading a channel: its settings and position for who sees it, and the same nothing for everybody else. */
import assert from 'node:assert/strict';
import type { Channel } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  archive,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
} from '../support.ts';

describe('channel.read', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  it("gives name, position and the caller's own role", async () => {
    const { id, posts } = await quietChannel(world, alice, [bob], { sayings: ['one', 'two'] });
    await changesNothing(world, async () => {
      const channel = await bob.call('channel.read', { channelId: id }).accepted();
      assert.deepEqual(
        [channel.name, channel.role, channel.lastSeq, channel.lastRev, channel.archived],
        ['A quiet channel', 'member', 2, posts[1]?.rev, false],
      );
    });
  });

  it('shows an archived channel as archived, over HTTP too', async () => {
    const { id } = await quietChannel(world, alice);
    await archive(world, { id });
    const channel = await alice.http<Channel>('GET', `/v1/channels/${id}`).accepted();
    assert.deepEqual([channel.id, channel.archived], [id, true]);
    assert.deepEqual(await alice.call('channel.read', { channelId: id }).accepted(), channel);
  });

  it('shows a public channel to who has not joined, with no role', async () => {
    const { id } = await quietChannel(world, alice, [], { kind: 'public' });
    const channel = await bob.call('channel.read', { channelId: id }).accepted();
    assert.equal(channel.role, null);
  });

  it('is open to any member, even one whose workspace role holds nothing: nobody is forbidden who sees it', async () => {
    const machine = await world.person('A job', { role: 'system' });
    const { id } = await quietChannel(world, alice, [machine]);
    const channel = await machine.call('channel.read', { channelId: id }).accepted();
    assert.equal(channel.role, 'member');
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible, over HTTP too', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    const guest = await world.person('Guest', { role: 'guest' });
    const { id: open } = await quietChannel(world, alice, [], { kind: 'public' });
    await allRefused('not_found', [
      ...hidden.map((channelId) => bob.call('channel.read', { channelId })),
      guest.call('channel.read', { channelId: open }),
    ]);
    await allRefused(
      'not_found',
      hidden.map((channelId) => bob.http('GET', `/v1/channels/${channelId}`)),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await misshapen(
      world,
      alice,
      'channel.read',
      { channelId },
      {
        'a channel that is no id': { channelId: '../etc/passwd' },
        'a list of channels': { channelId: [channelId] },
      },
    );
    await alice.http('GET', '/v1/channels/general').refused('invalid_input');
  });
});
