/** Whoever is given a role may do what it carries where it reaches, and nothing more; what denies wins over it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  ROLE_HOLDERS,
  ROLES_OF_ONE,
  type ChannelId,
  type RoleId,
} from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { audited, changesNothing, misshapen } from '../../chat/support.ts';
import { adminAndBob, deputy, given, reading, type Scene } from '../role-support.ts';

describe('role.grant', () => {
  let scene: Scene;
  before(async () => {
    scene = await adminAndBob();
  });
  after(() => scene.world.end());

  const explained = async (person: Person, operation: string, channelId: ChannelId) => {
    const asked = { userId: person.userId, operation, channelId };
    const { rules } = await scene.admin.call('access.explain', asked).accepted();
    return rules[0];
  };

  it('opens a private channel for reading to who is not in it, for as much as the role carries', async () => {
    const { world, admin, bob } = scene;
    const eve = await world.person('Eve');
    const { id: channelId } = await world.channel(admin, [bob]);
    const { id: other } = await world.channel(admin);
    const { id: messageId } = await admin.send(channelId, 'among us', world.clientId()).accepted();
    const roleId = await given(admin, reading(channelId), eve);
    await eve.hears('access.changed', (told) => told.channelId === channelId);
    await eve.call('channel.subscribe', { channelId }).accepted();
    await admin.send(channelId, 'live', world.clientId()).accepted();
    await eve.hearsMessage(({ body }) => body === 'live');
    await eve.call('message.read', { channelId, messageId }).accepted();
    const { channels } = await eve.call('channel.list', {}).accepted();
    assert.deepEqual(
      channels.map(({ id, role }) => [id, role]),
      [[channelId, null]],
    );
    await eve.call('channel.read', { channelId: other }).refused('not_found');
    await eve.send(channelId, 'me too', world.clientId()).refused('forbidden');
    await eve.call('member.join', { channelId }).refused('forbidden');
    await eve.call('message.react', { channelId, messageId, emoji: '👍' }).refused('forbidden');
    const rule = await explained(eve, 'message.history', channelId);
    assert.deepEqual([rule?.allowed, rule?.rule], [true, 'custom-role']);
    const { roles } = await admin.call('role.list', {}).accepted();
    assert.equal(rule?.customRole, roles.find(({ id }) => id === roleId)?.name);
    const [event] = await audited(world, 'role.grant', roleId);
    const details = event?.['details'] as Record<string, unknown>;
    assert.deepEqual([event?.['subject_id'], details['already']], [eve.userId, false]);
  });

  it('leads to no role of the workspace: not their own, nor by an invitation, whatever it carries there', async () => {
    const { world, admin } = scene;
    const { permissions } = await admin.call('role.describe', {}).accepted();
    const eve = await world.person('Eve');
    const all = { scope: 'workspace', permissions } as Parameters<typeof given>[1];
    await given(admin, all, eve);
    const moderator = await world.person('Moderator', { role: 'moderator' });
    await admin.call('workspace.update', { whoInvites: 'user' }).accepted();
    await changesNothing(world, async () => {
      for (const role of ['moderator', 'admin'] as const) {
        await eve.call('user.set-role', { userId: eve.userId, role }).refused('forbidden');
        await eve.call('invitation.create', { role, expiresInHours: 1 }).refused('forbidden');
      }
      await eve.call('user.lock', { userId: moderator.userId, reason: 'x' }).refused('forbidden');
    });
    const { userId } = await world.person('Bob');
    await eve.call('user.set-role', { userId, role: 'guest' }).accepted();
  });

  it('gives staff of the workspace nothing but what it carries where it lets them look', async () => {
    const { world, admin } = scene;
    const mod = await world.person('Moderator', { role: 'moderator' });
    const { id: channelId } = await world.channel(admin);
    const { id: messageId } = await admin.send(channelId, 'a post', world.clientId()).accepted();
    await given(admin, reading(channelId), mod);
    await mod.call('message.history', { channelId }).accepted();
    const deletion = { channelId, messageId, reason: 'rude' };
    await mod.call('message.delete', deletion).refused('forbidden');
    const deleting = { ...reading(channelId), permissions: ['message.delete.any'] };
    await given(admin, deleting, mod);
    await mod.call('message.delete', deletion).accepted();
  });

  it('gives way to what denies, to where history begins at joining, and to a ban', async () => {
    const { world, admin } = scene;
    const eve = await world.person('Eve');
    const { id: channelId } = await world.channel(admin);
    await given(admin, reading(channelId), eve);
    const { userId } = eve;
    const can = async () => (await eve.call('message.history', { channelId })).ok;
    assert.ok(await can());
    await eve.call('channel.subscribe', { channelId }).accepted();
    const say = { channelId, permission: 'message.read', userId } as const;
    await admin.call('override.set', { ...say, effect: 'deny' }).accepted();
    await admin.call('channel.subscribe', { channelId }).accepted();
    const { rev } = await admin.send(channelId, 'not for Eve', world.clientId()).accepted();
    await admin.hearsMessage((message) => message.rev === rev);
    await eve.connection.settled();
    assert.ok(!JSON.stringify(eve.connection.heard).includes('not for Eve'));
    assert.ok(!(await can()));
    assert.equal((await explained(eve, 'message.history', channelId))?.rule, 'override-denies');
    await admin.call('override.set', { ...say, effect: null }).accepted();
    assert.ok(await can());
    await eve.call('channel.subscribe', { channelId }).accepted();
    await admin.call('channel.update', { channelId, historyPolicy: 'since-join' }).accepted();
    await admin.call('channel.subscribe', { channelId }).accepted();
    await admin.send(channelId, 'for members', world.clientId()).accepted();
    await admin.hearsMessage(({ body }) => body === 'for members');
    await eve.connection.settled();
    assert.ok(!JSON.stringify(eve.connection.heard).includes('for members'));
    assert.ok(!(await can()));
    await admin.call('channel.update', { channelId, historyPolicy: 'all' }).accepted();
    assert.ok(await can());
    await admin.call('member.ban', { channelId, userId, reason: 'spying' }).accepted();
    await eve.call('channel.read', { channelId }).refused('not_found');
    assert.equal((await explained(eve, 'message.history', channelId))?.rule, 'banned');
  });

  it('lets reports be handled, and nothing else, by a role that reaches reports alone', async () => {
    const { world, admin, bob } = scene;
    const eve = await world.person('Eve');
    const { id: channelId } = await world.channel(admin, [bob]);
    const { id: messageId } = await admin
      .send(channelId, 'rude words', world.clientId())
      .accepted();
    const report = { channelId, messageId, category: 'harassment' } as const;
    await bob.connection.raw('report.create', report).accepted();
    const queue = () => eve.call('report.list', { of: 'queue' }).accepted();
    assert.equal((await queue()).reports.length, 0);
    const scope = 'reports' as const;
    await given(admin, { scope, permissions: ['report.read', 'report.handle'] }, eve);
    const [shown] = (await queue()).reports;
    assert.equal(shown?.message?.body, 'rude words');
    await eve.call('report.claim', { reportId: shown.id }).accepted();
    await eve.call('message.history', { channelId }).refused('not_found');
  });

  it('reaches members and guests of a channel by what it carries, and never its owners', async () => {
    const { world, admin } = scene;
    const [eve, carol] = [await world.person('Eve'), await world.person('Carol')];
    const { id: channelId } = await world.channel(admin, [carol]);
    await given(
      admin,
      { ...reading(channelId), permissions: ['channel.read', 'member.remove'] },
      eve,
    );
    const remove = (userId: typeof carol.userId) =>
      eve.call('member.remove', { channelId, userId });
    await remove(admin.userId).refused('forbidden');
    await remove(carol.userId).accepted();
  });

  it('is refused as forbidden to oneself, for what one does not hold now, and without the permission', async () => {
    const { world, admin, bob } = scene;
    const someone = await deputy(scene);
    const large = await given(admin, { scope: 'workspace', permissions: ['audit.read'] });
    const to = (by: Person, roleId: RoleId, { userId }: Person) =>
      by.call('role.grant', { roleId, userId }).refused('forbidden');
    await changesNothing(world, async () => {
      await to(someone, large, bob);
      await to(bob, large, bob);
      await to(admin, large, admin);
    });
    const other = await world.person('Another admin', { role: 'admin' });
    const { id: channelId } = await world.channel(other, [admin]);
    const roleId = await given(admin, reading(channelId));
    await other.call('member.remove', { channelId, userId: admin.userId }).accepted();
    await admin.call('role.grant', { roleId, userId: bob.userId }).refused('not_found');
    await other.call('role.grant', { roleId, userId: bob.userId }).accepted();
  });

  it('is refused as not_found for who is not in use here, and there is no such role', async () => {
    const { world, admin, bob } = scene;
    const roleId = await given(admin, { scope: 'workspace', permissions: ['user.read'] });
    const foreigner = await world.person('F', { workspaceId: await world.anotherWorkspace() });
    const locked = await world.person('Locked');
    await admin.call('user.lock', { userId: locked.userId }).accepted();
    for (const { userId } of [foreigner, locked])
      await admin.call('role.grant', { roleId, userId }).refused('not_found');
    const nothing = { roleId: randomUUID() as RoleId, userId: bob.userId };
    await admin.call('role.grant', nothing).refused('not_found');
    const first = await admin.http('PUT', `/v1/roles/${roleId}/holders/${bob.userId}`).accepted();
    const again = await admin.call('role.grant', { ...nothing, roleId }).accepted();
    assert.deepEqual([(first as { already: boolean }).already, again.already], [false, true]);
  });

  it('is refused as invalid_input beyond as many roles, and as many holders, as there may be', async () => {
    const { world, admin, bob } = scene;
    const roleId = await given(admin, { scope: 'workspace', permissions: ['user.read'] });
    await misshapen(
      world,
      admin,
      'role.grant',
      { roleId, userId: bob.userId },
      {
        'no role': { roleId: 'x' },
        nobody: { userId: null },
      },
    );
    const [full, eve] = [await world.person('Full'), await world.person('Eve')];
    const { workspaceId } = world;
    const by = admin.userId;
    await world.database.query(
      `WITH r AS (INSERT INTO custom_role SELECT $1, gen_random_uuid(), 'of-one-' || n, 'workspace', ARRAY['user.read'], $2, now()
         FROM generate_series(1, ${ROLES_OF_ONE}) n RETURNING id)
       INSERT INTO role_grant SELECT $1, $3, id, $2, now() FROM r`,
      [workspaceId, by, full.userId],
    );
    const tooMany = await admin
      .call('role.grant', { roleId, userId: full.userId })
      .refused('invalid_input');
    assert.deepEqual(tooMany.detail, [{ path: 'userId', problem: 'too_many_roles' }]);
    await world.database.query(
      `WITH a AS (INSERT INTO account (workspace_id, id, role, email_digest, email_digest_key, created_at)
         SELECT $1, gen_random_uuid(), 'user', decode(md5(n::text), 'hex'), 'k', now()
         FROM generate_series(1, ${ROLE_HOLDERS}) n RETURNING id)
       INSERT INTO role_grant SELECT $1, id, $3, $2, now() FROM a`,
      [workspaceId, by, roleId],
    );
    const last = await admin
      .call('role.grant', { roleId, userId: eve.userId })
      .refused('invalid_input');
    assert.deepEqual(last.detail, [{ path: 'roleId', problem: 'too_many_holders' }]);
  });
});
