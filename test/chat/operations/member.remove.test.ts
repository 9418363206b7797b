/** Removing: nothing that came later reaches who was removed, on no connection and by no way of asking. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelRole, UserId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob, auditedOnce, interval } from '../members.ts';
import {
  allRefused,
  archive,
  assertSealed,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
  UNACCEPTABLE_TEXT,
} from '../support.ts';

describe('member.remove', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('closes the interval and silences every connection of who was removed, and nobody else', async () => {
    const carol = await world.person('Carol');
    const { id: channelId } = await world.channel(alice, [bob, carol]);
    const first = bob.connection;
    const second = await bob.connect();
    await second.call('channel.subscribe', { channelId }).accepted();
    const removed = await alice
      .call('member.remove', { channelId, userId: bob.userId, reason: 'enough' })
      .accepted();
    assert.deepEqual([removed.userId, removed.state], [bob.userId, 'left']);
    const kept = await interval(world, channelId, bob);
    assert.deepEqual([Number(kept['left_rev']), Number(kept['left_seq'])], [removed.rev, 0]);
    const sent = await alice.send(channelId, 'now we can talk', world.clientId()).accepted();
    await carol.hearsMessage(({ seq }) => seq === sent.seq);
    for (const connection of [first, second]) {
      await connection.hears('access.changed', (changed) => changed.channelId === channelId);
      await connection.settled();
      assert.equal(connection.frames().at(-1)?.last, removed.rev);
    }
    const lost = [
      bob.call('channel.read', { channelId }),
      bob.call('channel.subscribe', { channelId }),
      bob.call('channel.resume', { channelId, rev: removed.rev, epoch: 1 }),
      bob.call('message.history', { channelId }),
      bob.send(channelId, 'let me in', world.clientId()),
    ];
    await allRefused('not_found', lost);
  });

  it('is audited with whom it concerned, the reason sealed', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const input = { channelId, userId: bob.userId, reason: 'canary: spams' };
    await alice.call('member.remove', input).accepted();
    const event = await auditedOnce(world, 'member.remove', channelId);
    assert.deepEqual(
      [event['actor_id'], event['subject_id'], event['resource_kind']],
      [alice.userId, bob.userId, 'channel'],
    );
    assertSealed(event, 'canary', 'spams');
  });

  it('is open to moderators of the channel and staff who can see it, over HTTP too', async () => {
    const [mod, staff] = await Promise.all([
      world.person('Channel moderator'),
      world.person('Workspace moderator', { role: 'moderator' }),
    ]);
    const { id: channelId } = await quietChannel(world, alice, [], { kind: 'public' });
    await alice.call('member.add', { channelId, userId: mod.userId, role: 'moderator' }).accepted();
    for (const person of [mod, staff]) {
      await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
      const path = `/v1/channels/${channelId}/members/${bob.userId}/removal`;
      const removed = await person.http<OutputOf<'member.remove'>>('POST', path, {}).accepted();
      assert.equal(removed.state, 'left');
    }
  });

  it('is forbidden to members, and to anybody on a role above their own', async () => {
    const [mod, staff, guest] = await Promise.all([
      world.person('Channel moderator'),
      world.person('Workspace moderator', { role: 'moderator' }),
      world.person('Guest of the channel'),
    ]);
    const { id: channelId } = await quietChannel(world, alice, [bob], { kind: 'public' });
    const roles: [Person, ChannelRole][] = [
      [mod, 'moderator'],
      [guest, 'guest'],
    ];
    for (const [{ userId }, role] of roles)
      await alice.call('member.add', { channelId, userId, role }).accepted();
    await changesNothing(world, () =>
      allRefused('forbidden', [
        bob.call('member.remove', { channelId, userId: guest.userId }),
        guest.call('member.remove', { channelId, userId: bob.userId }),
        mod.call('member.remove', { channelId, userId: alice.userId }),
        staff.call('member.remove', { channelId, userId: alice.userId }),
      ]),
    );
  });

  it('is refused for the last owner, even to an admin', async () => {
    const admin = await world.person('Admin', { role: 'admin' });
    const { id: channelId } = await quietChannel(world, alice, [], { kind: 'public' });
    const { userId } = alice;
    await changesNothing(world, () =>
      allRefused(
        'last_owner',
        [admin, alice].map((person) => person.call('member.remove', { channelId, userId })),
      ),
    );
  });

  it('is refused as not_found, all alike, for who is not in the channel, or not any more', async () => {
    const former = await world.person('Former member');
    const { id: channelId } = await quietChannel(world, alice, [former]);
    await alice.call('member.remove', { channelId, userId: former.userId }).accepted();
    const targets = [bob.userId, former.userId, randomUUID() as UserId];
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        targets.map((userId) => alice.call('member.remove', { channelId, userId })),
      ),
    );
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    const admin = await world.person('Admin', { role: 'admin' });
    const { userId } = alice;
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        hidden.map((channelId) => admin.call('member.remove', { channelId, userId })),
      ),
    );
  });

  it('is refused in an archived channel', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    await archive(world, { id: channelId });
    await changesNothing(world, () =>
      alice.call('member.remove', { channelId, userId: bob.userId }).refused('channel_archived'),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const reasons = { ...UNACCEPTABLE_TEXT, 'a reason in reverse': 'a\u202eb' };
    const bad = Object.fromEntries(
      Object.entries(reasons).map(([what, reason]) => [what, { reason }]),
    );
    const good = { channelId, userId: bob.userId };
    await misshapen(world, alice, 'member.remove', good, { ...bad, nobody: { userId: 'me' } });
  });
});
