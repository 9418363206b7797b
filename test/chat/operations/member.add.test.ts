/** Adding: an account of the workspace becomes a member at one place of the log, with a role no higher than the giver's. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob, auditedOnce, interval, intervals, findsItSo } from '../members.ts';
import {
  allRefused,
  archive,
  assertSealed,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
  row,
} from '../support.ts';

describe('member.add', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('opens an interval after the last post, and tells the channel and the one who was added', async () => {
    const { id: channelId } = await world.channel(alice);
    const sent = await alice.send(channelId, 'before you came', world.clientId()).accepted();
    const member = await alice.call('member.add', { channelId, userId: bob.userId }).accepted();
    const { userId } = bob;
    const { seq: joinedSeq, rev } = sent;
    const expected = { userId, role: 'member', state: 'joined', rev: rev + 1, joinedSeq };
    assert.deepEqual(member, expected);
    const opened = await interval(world, channelId, bob);
    assert.deepEqual(
      [Number(opened['joined_seq']), Number(opened['joined_rev']), opened['left_rev']],
      [joinedSeq, rev + 1, null],
    );
    const channel = await row(world, 'SELECT * FROM channel WHERE id = $1', channelId);
    assert.deepEqual(
      [Number(channel['last_rev']), Number(channel['newest_joined_seq'])],
      [rev + 1, joinedSeq],
    );
    await bob.hears('access.changed', (changed) => changed.channelId === channelId);
    const frame = await alice.hears('channel.events', ({ last }) => last === member.rev);
    assert.deepEqual(frame.events, [{ kind: 'member', rev: member.rev, member }]);
  });

  it('is audited with whom it concerned and the role', async () => {
    const { id } = await quietChannel(world, alice);
    const input = { channelId: id, userId: bob.userId, role: 'guest' } as const;
    await alice.call('member.add', input).accepted();
    const event = await auditedOnce(world, 'member.add', id);
    assert.deepEqual(
      [event['actor_id'], event['subject_id'], event['resource_kind'], event['details']],
      [alice.userId, bob.userId, 'channel', { role: 'guest', already: false }],
    );
    assertSealed(event);
  });

  it('leaves somebody who is in the channel as they are, with the role they have, and says so in the trail', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const input = { channelId, userId: bob.userId, role: 'moderator' } as const;
    const again = await findsItSo(world, 'member.add', channelId, () =>
      alice.call('member.add', input).accepted(),
    );
    assert.equal(again.role, 'member');
  });

  it('opens one interval when two ask at once, and a second one after a removal', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const input = { channelId, userId: bob.userId };
    const other = await alice.connect();
    const [one, two] = await Promise.all([
      alice.call('member.add', input).accepted(),
      other.call('member.add', input).accepted(),
    ]);
    assert.deepEqual(one, two);
    await alice.call('member.remove', input).accepted();
    await alice.call('member.add', input).accepted();
    const states = (await intervals(world, channelId, bob)).map(({ left_rev: left }) => left);
    assert.deepEqual([states.length, states[1]], [2, null]);
    assert.notEqual(states[0], null);
  });

  it('reaches the one who was added however their id is spelled, over HTTP too', async () => {
    const { id } = await quietChannel(world, alice);
    const userId = bob.userId.toUpperCase();
    const path = `/v1/channels/${id}/members`;
    const member = await alice
      .http<OutputOf<'member.add'>>('POST', path, { userId, role: 'moderator' })
      .accepted();
    assert.deepEqual([member.userId, member.role], [bob.userId, 'moderator']);
    await bob.hears('access.changed', ({ channelId }) => channelId === id);
  });

  it('is forbidden to members and guests, and with a role above that of the giver', async () => {
    const [mod, guest, newcomer] = await Promise.all([
      world.person('Channel moderator'),
      world.person('Guest of the channel'),
      world.person('Newcomer'),
    ]);
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const people = [
      [mod, 'moderator'],
      [guest, 'guest'],
    ] as const;
    for (const [{ userId }, role] of people)
      await alice.call('member.add', { channelId, userId, role }).accepted();
    const { userId } = newcomer;
    await changesNothing(world, () =>
      allRefused('forbidden', [
        bob.call('member.add', { channelId, userId }),
        guest.call('member.add', { channelId, userId, role: 'guest' }),
        mod.call('member.add', { channelId, userId, role: 'owner' }),
      ]),
    );
    await mod.call('member.add', { channelId, userId, role: 'moderator' }).accepted();
  });

  it('is refused as not_found, all alike, for accounts that are absent, elsewhere or not active', async () => {
    const [elsewhere, locked] = await Promise.all([
      world.anotherWorkspace().then((workspaceId) => world.person('Foreigner', { workspaceId })),
      world.person('Locked'),
    ]);
    await world.database.query("UPDATE account SET status = 'locked' WHERE id = $1", [
      locked.userId,
    ]);
    const { id: channelId } = await quietChannel(world, alice);
    const strangers = [randomUUID() as UserId, elsewhere.userId, locked.userId];
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        strangers.map((userId) => alice.call('member.add', { channelId, userId })),
      ),
    );
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    const { userId } = bob;
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        hidden.map((channelId) => alice.call('member.add', { channelId, userId })),
      ),
    );
  });

  it('is refused in an archived channel', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await archive(world, { id: channelId });
    await changesNothing(world, () =>
      alice.call('member.add', { channelId, userId: bob.userId }).refused('channel_archived'),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const good = { channelId, userId: bob.userId };
    await misshapen(world, alice, 'member.add', good, {
      'a role that does not exist': { role: 'admin' },
      'a role in a list': { role: ['member'] },
      'a user that is no id': { userId: 'bob' },
    });
  });
});
