/** Opening an archived channel again: it goes on where it stopped, with everybody who was in it. */
import assert from 'node:assert/strict';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob, auditedOnce, findsItSo } from '../members.ts';
import { allRefused, changesNothing, hiddenChannels, misshapen, quietChannel } from '../support.ts';

describe('channel.unarchive', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('lets everybody go on, and tells them so in the log', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    await alice.call('channel.archive', { channelId }).accepted();
    await bob.send(channelId, 'too late', world.clientId()).refused('channel_archived');
    const open = await alice.call('channel.unarchive', { channelId }).accepted();
    assert.equal(open.archived, false);
    await bob.hears('channel.events', ({ last }) => last === open.lastRev);
    const { seq } = await bob.send(channelId, 'in time', world.clientId()).accepted();
    assert.equal(seq, 1);
    await alice.hearsMessage(({ body }) => body === 'in time');
    const event = await auditedOnce(world, 'channel.unarchive', channelId);
    assert.deepEqual([event['actor_id'], event['details']], [alice.userId, { already: false }]);
  });

  it('leaves an open channel as it is, over HTTP too', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const path = `/v1/channels/${channelId}/unarchive`;
    const open = await findsItSo(world, 'channel.unarchive', channelId, () =>
      alice.http<OutputOf<'channel.unarchive'>>('POST', path, {}).accepted(),
    );
    assert.equal(open.archived, false);
  });

  it('is for owners, and admins who see it, and forbidden to everybody else', async () => {
    const [staff, admin] = await Promise.all([
      world.person('Workspace moderator', { role: 'moderator' }),
      world.person('Admin', { role: 'admin' }),
    ]);
    const { id: channelId } = await quietChannel(world, alice, [bob], { kind: 'public' });
    await alice.call('channel.archive', { channelId }).accepted();
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        [bob, staff].map((person) => person.call('channel.unarchive', { channelId })),
      ),
    );
    await admin.call('channel.unarchive', { channelId }).accepted();
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    const admin = await world.person('Admin', { role: 'admin' });
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        hidden.map((channelId) => admin.call('channel.unarchive', { channelId })),
      ),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const bad = { 'no id': { channelId: 'news' } };
    await misshapen(world, alice, 'channel.unarchive', { channelId }, bad);
  });
});
