/** Roles: given by owners, never above one's own, and never so that a channel is left without an owner. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { aliceAndBob, auditedOnce, interval, findsItSo } from '../members.ts';
import {
  allRefused,
  archive,
  assertSealed,
  changesNothing,
  hiddenChannels,
  misshapen,
  quietChannel,
} from '../support.ts';

describe('member.set-role', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    ({ world, alice, bob } = await aliceAndBob());
  });
  after(() => world.end());

  it('gives the role at a new revision of the same interval, and it counts from then on', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const { userId } = bob;
    const before = await alice.call('channel.read', { channelId }).accepted();
    const member = await alice
      .call('member.set-role', { channelId, userId, role: 'moderator' })
      .accepted();
    assert.deepEqual([member.role, member.rev], ['moderator', before.lastRev + 1]);
    const kept = await interval(world, channelId, bob);
    assert.deepEqual(
      [kept['role'], Number(kept['rev']), kept['left_rev']],
      ['moderator', member.rev, null],
    );
    await bob.hears('access.changed', (changed) => changed.channelId === channelId);
    const frame = await bob.hears('channel.events', ({ last }) => last === member.rev);
    assert.deepEqual(frame.events, [{ kind: 'member', rev: member.rev, member }]);
    const newcomer = await world.person('Newcomer');
    await bob.call('member.add', { channelId, userId: newcomer.userId }).accepted();
  });

  it('is audited with whom it concerned and the role', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const input = { channelId, userId: bob.userId, role: 'guest' } as const;
    await alice.call('member.set-role', input).accepted();
    const event = await auditedOnce(world, 'member.set-role', channelId);
    assert.deepEqual(
      [event['actor_id'], event['subject_id'], event['details']],
      [alice.userId, bob.userId, { role: 'guest', already: false }],
    );
    assertSealed(event);
  });

  it('takes no revision for the role somebody has already, and says so in the trail', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const input = { channelId, userId: bob.userId, role: 'member' } as const;
    await findsItSo(world, 'member.set-role', channelId, () =>
      alice.call('member.set-role', input).accepted(),
    );
  });

  it('is open to a workspace admin who sees the channel, and reaches the member by any spelling, over HTTP too', async () => {
    const admin = await world.person('Admin', { role: 'admin' });
    const { id } = await quietChannel(world, alice, [bob], { kind: 'public' });
    const path = `/v1/channels/${id}/members/${bob.userId.toUpperCase()}/role`;
    const connection = await bob.connect();
    const member = await admin
      .http<OutputOf<'member.set-role'>>('PUT', path, { role: 'owner' })
      .accepted();
    assert.deepEqual([member.userId, member.role], [bob.userId, 'owner']);
    await connection.hears('access.changed', ({ channelId }) => channelId === id);
  });

  it('is forbidden to everybody in the channel who is not an owner', async () => {
    const [mod, staff] = await Promise.all([
      world.person('Channel moderator'),
      world.person('Workspace moderator', { role: 'moderator' }),
    ]);
    const { id: channelId } = await quietChannel(world, alice, [bob], { kind: 'public' });
    await alice.call('member.add', { channelId, userId: mod.userId, role: 'moderator' }).accepted();
    const { userId } = bob;
    await changesNothing(world, () =>
      allRefused(
        'forbidden',
        [bob, mod, staff].map((person) =>
          person.call('member.set-role', { channelId, userId, role: 'guest' }),
        ),
      ),
    );
  });

  it('is refused when the last owner would become something else', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const { userId } = alice;
    const step = { channelId, userId, role: 'member' } as const;
    await changesNothing(world, () => alice.call('member.set-role', step).refused('last_owner'));
    const heir = { channelId, userId: bob.userId, role: 'owner' } as const;
    await alice.call('member.set-role', heir).accepted();
    await alice.call('member.set-role', step).accepted();
  });

  it('is refused as not_found, all alike, for who is not in the channel', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    const targets = [bob.userId, randomUUID() as UserId];
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        targets.map((userId) =>
          alice.call('member.set-role', { channelId, userId, role: 'guest' }),
        ),
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
        hidden.map((channelId) =>
          admin.call('member.set-role', { channelId, userId, role: 'guest' }),
        ),
      ),
    );
  });

  it('is refused in an archived channel', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    await archive(world, { id: channelId });
    await changesNothing(world, () =>
      alice
        .call('member.set-role', { channelId, userId: bob.userId, role: 'guest' })
        .refused('channel_archived'),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const good = { channelId, userId: bob.userId, role: 'guest' };
    await misshapen(world, alice, 'member.set-role', good, {
      'a role of the workspace': { role: 'auditor' },
      'no role': { role: undefined },
      nobody: { userId: 0 },
    });
  });
});
