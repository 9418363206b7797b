/** Looking around: every public channel once, with what may be known of it from outside, and none that is not public. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, archive, quietChannel } from '../support.ts';

describe('channel.discover', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  beforeEach(async () => {
    world = await World.create();
    [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
  });
  afterEach(() => world.end());

  it('tells name, topic, how many are in it, when it was active, and the own role', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob], { kind: 'public' });
    await alice
      .call('channel.update', { channelId, name: 'News', topic: 'What is new' })
      .accepted();
    const createdAt = world.clock.now().getTime();
    const shown = { id: channelId, name: 'News', topic: 'What is new', archived: false };
    const passer = await world.person('Passer-by');
    assert.deepEqual(await passer.call('channel.discover', {}).accepted(), {
      channels: [{ ...shown, members: 2, activeAt: createdAt, role: null }],
      next: null,
    });
    world.clock.forward(60_000);
    await alice.send(channelId, 'hello', world.clientId()).accepted();
    await bob.call('member.leave', { channelId }).accepted();
    const path = '/v1/public-channels?limit=5&archived=true';
    const { channels } = await alice.http<OutputOf<'channel.discover'>>('GET', path).accepted();
    assert.deepEqual(channels, [
      { ...shown, members: 1, activeAt: createdAt + 60_000, role: 'owner' },
    ]);
  });

  it('tells of archived ones only who asks for them, and never of any that is not public', async () => {
    const open = await quietChannel(world, alice, [], { kind: 'public' });
    const closed = await quietChannel(world, alice, [], { kind: 'public' });
    await archive(world, closed);
    await quietChannel(world, alice, [bob]);
    await alice.call('channel.open-direct', { userIds: [bob.userId] }).accepted();
    const elsewhere = await world.anotherWorkspace();
    const foreigner = await world.person('Foreigner', { workspaceId: elsewhere });
    await quietChannel(world, foreigner, [], { kind: 'public' });
    const found = async (archived: boolean) => {
      const { channels } = await bob.call('channel.discover', { archived }).accepted();
      return channels.map(({ id, archived: is }) => [id, is]);
    };
    assert.deepEqual(await found(false), [[open.id, false]]);
    assert.deepEqual(
      (await found(true)).sort(),
      [
        [open.id, false],
        [closed.id, true],
      ].sort(),
    );
  });

  it('gives every one of many once, a page at a time', async () => {
    const made: ChannelId[] = [];
    for (let i = 0; i < 5; i += 1)
      made.push((await quietChannel(world, alice, [], { kind: 'public' })).id);
    const found: ChannelId[] = [];
    let after: ChannelId | undefined;
    for (;;) {
      const page: OutputOf<'channel.discover'> = await bob
        .call('channel.discover', { limit: 2, ...(after && { after }) })
        .accepted();
      assert.ok(page.channels.length <= 2);
      found.push(...page.channels.map(({ id }) => id));
      if (page.next === null) break;
      after = page.next;
    }
    assert.deepEqual(found, made.sort());
  });

  it('is forbidden to guests of the workspace', async () => {
    const guest = await world.person('Guest', { role: 'guest' });
    await allRefused('forbidden', [guest.call('channel.discover', {})]);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    for (const input of [{ limit: 0 }, { limit: 201 }, { archived: 'yes' }, { unheard: true }]) {
      const reply = await alice.connection.raw('channel.discover', input);
      assert.equal(reply.ok ? 'ok' : reply.error.code, 'invalid_input');
    }
  });
});
