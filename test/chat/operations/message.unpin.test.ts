/** Letting a pinned message go: told to everybody, and nothing where it was not pinned. */
import assert from 'node:assert/strict';
import type { MessageId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { archive, quietChannel } from '../support.ts';

describe('message.unpin', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const pinned = async () => {
    const { id, posts } = await quietChannel(world, alice, [bob], { sayings: ['old rules'] });
    const input = { channelId: id, messageId: posts[0]?.id as MessageId };
    const { rev } = await alice.call('message.pin', input).accepted();
    return { input, rev };
  };

  it('tells everybody, and changes nothing the second time', async () => {
    const { input, rev } = await pinned();
    await bob.call('channel.subscribe', { channelId: input.channelId }).accepted();
    const answer = await alice.call('message.unpin', input).accepted();
    assert.deepEqual(answer, { rev: rev + 1, pinned: null });
    const heard = await bob.hearsMessage((message) => message.rev === rev + 1);
    assert.ok(!('pinned' in heard));
    assert.deepEqual(await alice.call('message.unpin', input).accepted(), answer);
    const { pins } = await bob.call('pin.list', { channelId: input.channelId }).accepted();
    assert.deepEqual(pins, []);
  });

  it('is refused to members, and in an archived channel', async () => {
    const { input } = await pinned();
    await bob.call('message.unpin', input).refused('forbidden');
    await archive(world, { id: input.channelId });
    await alice.call('message.unpin', input).refused('channel_archived');
  });
});
