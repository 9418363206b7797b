/** Archiving: everything stays to be read as it was, on every path, and nothing changes any more. */
import assert from 'node:assert/strict';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob, auditedOnce, findsItSo } from '../members.ts';
import { allRefused, changesNothing, hiddenChannels, misshapen, quietChannel } from '../support.ts';

describe('channel.archive', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('tells everybody in the log, lets them read on, and refuses every change', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const { id } = await bob.send(channelId, 'the last word', world.clientId()).accepted();
    const messageId = id;
    const kept = await alice.call('channel.archive', { channelId }).accepted();
    assert.equal(kept.archived, true);
    const frame = await bob.hears('channel.events', ({ last }) => last === kept.lastRev);
    const [event] = frame.events;
    assert.deepEqual(event?.kind === 'channel' && event.channel.archived, true);
    const { messages } = await bob.call('message.history', { channelId }).accepted();
    assert.equal(messages[0]?.body, 'the last word');
    await bob.call('channel.subscribe', { channelId }).accepted();
    const { userId } = bob;
    await changesNothing(world, () =>
      allRefused('channel_archived', [
        bob.send(channelId, 'one more', world.clientId()),
        bob.call('message.edit', { channelId, messageId, body: 'changed' }),
        bob.call('message.delete', { channelId, messageId }),
        bob.call('member.leave', { channelId }),
        alice.call('member.add', { channelId, userId }),
        alice.call('channel.update', { channelId, topic: 'News' }),
      ]),
    );
  });

  it('changes nothing a second time, and goes over HTTP', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const path = `/v1/channels/${channelId}/archive`;
    const once = await alice.http<OutputOf<'channel.archive'>>('POST', path, {}).accepted();
    const event = await auditedOnce(world, 'channel.archive', channelId);
    assert.deepEqual([event['actor_id'], event['details']], [alice.userId, { already: false }]);
    const again = await findsItSo(world, 'channel.archive', channelId, () =>
      alice.call('channel.archive', { channelId }).accepted(),
    );
    assert.deepEqual(again, once);
  });

  it('is for owners, and admins who see it, and forbidden to everybody else', async () => {
    const [mod, staff, admin] = await Promise.all([
      world.person('Channel moderator'),
      world.person('Workspace moderator', { role: 'moderator' }),
      world.person('Admin', { role: 'admin' }),
    ]);
    const { id: channelId } = await quietChannel(world, alice, [bob], { kind: 'public' });
    const as = { channelId, userId: mod.userId, role: 'moderator' } as const;
    await alice.call('member.add', as).accepted();
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        [bob, mod, staff].map((person) => person.call('channel.archive', { channelId })),
      ),
    );
    await admin.call('channel.archive', { channelId }).accepted();
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    const admin = await world.person('Admin', { role: 'admin' });
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        hidden.map((channelId) => admin.call('channel.archive', { channelId })),
      ),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const bad = { 'no id': { channelId: 'news' } };
    await misshapen(world, alice, 'channel.archive', { channelId }, bad);
  });
});
