/** Joining: a public channel takes in whoever may see it, as a member; any other channel is not there. */
import assert from 'node:assert/strict';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob, auditedOnce, findsItSo } from '../members.ts';
import {
  allRefused,
  archive,
  assertSealed,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
} from '../support.ts';

describe('member.join', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('opens an interval for the caller, and tells the channel and all their connections', async () => {
    const { id: channelId } = await world.channel(alice, [], { kind: 'public' });
    const sent = await alice.send(channelId, 'come in', world.clientId()).accepted();
    const first = bob.connection;
    await bob.connect();
    const member = await bob.call('member.join', { channelId }).accepted();
    assert.deepEqual(member, {
      userId: bob.userId,
      role: 'member',
      state: 'joined',
      rev: sent.rev + 1,
      joinedSeq: sent.seq,
    });
    await first.hears('access.changed', (changed) => changed.channelId === channelId);
    const frame = await alice.hears('channel.events', ({ last }) => last === member.rev);
    assert.deepEqual(frame.events, [{ kind: 'member', rev: member.rev, member }]);
    await bob.send(channelId, 'thank you', world.clientId()).accepted();
  });

  it('is audited, over HTTP too', async () => {
    const { id } = await quietChannel(world, alice, [], { kind: 'public' });
    const path = `/v1/channels/${id}/join`;
    const member = await bob.http<OutputOf<'member.join'>>('POST', path, {}).accepted();
    assert.equal(member.role, 'member');
    const event = await auditedOnce(world, 'member.join', id);
    assert.deepEqual(
      [event['actor_id'], event['transport'], event['details']],
      [bob.userId, 'http', { already: false }],
    );
    assertSealed(event);
  });

  it('leaves who is in the channel as they are, in a private one too, and says so in the trail', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const again = await findsItSo(world, 'member.join', channelId, () =>
      alice.call('member.join', { channelId }).accepted(),
    );
    assert.equal(again.role, 'owner');
  });

  it('opens one interval when two connections ask at once', async () => {
    const { id: channelId } = await quietChannel(world, alice, [], { kind: 'public' });
    const other = await bob.connect();
    const [one, two] = await Promise.all([
      bob.call('member.join', { channelId }).accepted(),
      other.call('member.join', { channelId }).accepted(),
    ]);
    assert.deepEqual(one, two);
  });

  it('is forbidden to auditors: they look on and change nothing', async () => {
    const auditor = await world.person('Auditor', { role: 'auditor' });
    const { id: channelId } = await quietChannel(world, alice, [], { kind: 'public' });
    await changesNothing(world, () =>
      auditor.call('member.join', { channelId }).refused('forbidden'),
    );
  });

  it('is refused as not_found, all alike, where the channel is absent, private or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    const guest = await world.person('Guest', { role: 'guest' });
    const { id: open } = await quietChannel(world, alice, [], { kind: 'public' });
    await changesNothing(world, () =>
      allRefused('not_found', [
        ...hidden.map((channelId) => bob.call('member.join', { channelId })),
        guest.call('member.join', { channelId: open }),
      ]),
    );
  });

  it('is refused in an archived channel', async () => {
    const { id: channelId } = await quietChannel(world, alice, [], { kind: 'public' });
    await archive(world, { id: channelId });
    await changesNothing(world, () =>
      bob.call('member.join', { channelId }).refused('channel_archived'),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice, [], { kind: 'public' });
    await misshapen(
      world,
      bob,
      'member.join',
      { channelId },
      {
        'a role of their own choice': { role: 'owner' },
        'a channel that is no id': { channelId: '' },
      },
    );
  });
});
