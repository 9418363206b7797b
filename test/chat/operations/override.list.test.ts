/** Who keeps a channel sees what is decided in it otherwise than everywhere; nobody else does. */
import assert from 'node:assert/strict';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob, auditedOnce } from '../members.ts';
import { allRefused, hiddenChannels, misshapen, quietChannel } from '../support.ts';

describe('override.list', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('tells each word once, without those that were taken back, over HTTP too', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    assert.deepEqual(await alice.call('override.list', { channelId }).accepted(), {
      overrides: [],
    });
    const { userId } = bob;
    const send = { channelId, permission: 'message.send' } as const;
    for (const word of [
      { userId, effect: 'deny' },
      { role: 'member', effect: 'deny' },
      { role: 'member', effect: 'allow' },
      { userId, effect: null },
    ] as const)
      await alice.call('override.set', { ...send, ...word }).accepted();
    const add = { permission: 'member.add', userId, effect: 'allow' } as const;
    await alice.call('override.set', { channelId, ...add }).accepted();
    const path = `/v1/channels/${channelId}/overrides`;
    const { overrides } = await alice.http<OutputOf<'override.list'>>('GET', path).accepted();
    assert.deepEqual(overrides, [
      { ...add, role: null },
      { permission: 'message.send', role: 'member', userId: null, effect: 'allow' },
    ]);
  });

  it('is recorded, since it is about people', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await alice.call('override.list', { channelId }).accepted();
    assert.equal((await auditedOnce(world, 'override.list', channelId))['actor_id'], alice.userId);
  });

  it('is forbidden to who does not keep the channel', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    await allRefused('forbidden', [bob.call('override.list', { channelId })]);
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    await allRefused(
      'not_found',
      hidden.map((channelId) => bob.call('override.list', { channelId })),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await misshapen(world, alice, 'override.list', { channelId }, { 'no id': { channelId: 'x' } });
  });
});
