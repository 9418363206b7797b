/** What callers are told they may do is what the tables decide, for themselves and for nobody else. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  channelPermissions,
  CHANNEL_PERMISSIONS,
  WORKSPACE_POLICY,
} from '../../../src/access/index.ts';
import { ChannelRole, WorkspaceRole, type UserId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, audited, changesNothing, hiddenChannels } from '../../chat/support.ts';
import { given, reading } from '../role-support.ts';

describe('role.describe', () => {
  let world: World;
  let alice: Person;
  before(async () => {
    world = await World.create();
    alice = await world.person('Alice');
  });
  after(() => world.end());

  it('tells every workspace role what it holds, and changes nothing', async () => {
    const people = await Promise.all(
      WorkspaceRole.options.map((role) => world.person(role, { role })),
    );
    await changesNothing(world, async () => {
      for (const [i, role] of WorkspaceRole.options.entries()) {
        const described = await people[i]?.call('role.describe', {}).accepted();
        const { permissions = [], ...rest } = described ?? {};
        assert.deepEqual([...permissions].sort(), [...WORKSPACE_POLICY[role]].sort());
        assert.deepEqual(rest, { role, customRoles: [], channel: null });
      }
    });
  });

  it('tells what a channel role adds, over HTTP too', async () => {
    const { id } = await world.channel(alice);
    for (const role of ChannelRole.options) {
      const person = await world.person(role);
      const input = { channelId: id, userId: person.userId, role };
      await alice.call('member.add', input).accepted();
      const described = await person.call('role.describe', { channelId: id }).accepted();
      const place = { kind: 'private', historyPolicy: 'all', readOnly: false } as const;
      const standing = { workspaceRole: 'user', channelRole: role, ...place } as const;
      const permissions = [...channelPermissions(standing)];
      assert.deepEqual(described.channel, { id, role, permissions, customRoles: [] });
      const path = `/v1/me/role?channelId=${id}`;
      const same = await person.http<OutputOf<'role.describe'>>('GET', path).accepted();
      assert.deepEqual(same, described);
    }
  });

  it('describes a public channel to who has not joined, with no role', async () => {
    const bob = await world.person('Bob');
    const { id } = await world.channel(alice, [], { kind: 'public' });
    const { channel } = await bob.call('role.describe', { channelId: id }).accepted();
    assert.equal(channel?.role, null);
    assert.deepEqual(channel.permissions, [
      'channel.read',
      'message.read',
      'member.join',
      'report.create',
    ]);
    assert.ok(channel.permissions.length < CHANNEL_PERMISSIONS.length);
    const settings = { kind: 'public', historyPolicy: 'since-join' } as const;
    const { id: guarded } = await world.channel(alice, [], settings);
    const unread = await bob.call('role.describe', { channelId: guarded }).accepted();
    assert.deepEqual(unread.channel?.permissions, ['channel.read', 'member.join']);
  });

  it('tells what roles of the workspace’s own making add, to who holds them and who gives them, on record', async () => {
    const admin = await world.person('Admin', { role: 'admin' });
    const bob = await world.person('Bob');
    const { id: channelId } = await world.channel(admin, [], { kind: 'public' });
    const { userId } = bob;
    await given(admin, { scope: 'workspace', permissions: ['audit.read'] }, bob);
    await given(admin, { ...reading(channelId), permissions: ['message.pin'] }, bob);
    const own = await bob.call('role.describe', { channelId }).accepted();
    assert.ok(own.permissions.includes('audit.read'));
    assert.ok(own.channel);
    assert.ok(own.channel.permissions.includes('message.pin'));
    assert.deepEqual(
      own.customRoles.map(({ scope }) => scope),
      ['workspace'],
    );
    assert.deepEqual(own.channel.customRoles.map(({ scope }) => scope).sort(), [
      'channels',
      'workspace',
    ]);
    assert.deepEqual(await audited(world, 'role.describe', userId), []);
    const told = await admin.call('role.describe', { channelId, userId }).accepted();
    assert.deepEqual(told, own);
    const [event] = await audited(world, 'role.describe', userId);
    assert.deepEqual([event?.['actor_id'], event?.['subject_id']], [admin.userId, userId]);
    await alice.call('role.describe', { userId }).refused('forbidden');
    const nobody = randomUUID() as UserId;
    await admin.call('role.describe', { userId: nobody }).refused('not_found');
  });

  it('follows a change of role at once', async () => {
    const bob = await world.person('Bob');
    await world.database.query("UPDATE account SET role = 'guest' WHERE id = $1", [bob.userId]);
    assert.equal((await bob.call('role.describe', {}).accepted()).role, 'guest');
  });

  it('is refused as unauthenticated once the account is locked', async () => {
    const bob = await world.person('Bob');
    await world.database.query("UPDATE account SET status = 'locked' WHERE id = $1", [bob.userId]);
    await bob.call('role.describe', {}).refused('unauthenticated');
  });

  it('is refused as not_found, all alike, where the channel is absent or invisible', async () => {
    const hidden = Object.values(await hiddenChannels(world));
    await allRefused(
      'not_found',
      hidden.map((channelId) => alice.call('role.describe', { channelId })),
    );
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId } = await world.channel(alice);
    for (const input of [{ channelId: 'x' }, { channelId: null }, { userId: 'me' }, 'me'])
      await alice.connection.raw('role.describe', input).refused('invalid_input');
    await alice.http('GET', `/v1/me/role?channelId=${channelId}&as=admin`).refused('invalid_input');
  });
});
