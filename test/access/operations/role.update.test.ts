/** A role changes for all who hold it at once, becomes no wider than who changes it, and what it loses is lost live. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RoleId } from '../../../src/contract/index.ts';
import { audited, misshapen } from '../../chat/support.ts';
import {
  adminAndBob,
  comesBack,
  deputy,
  given,
  reading,
  roleName,
  type Scene,
} from '../role-support.ts';

describe('role.update', () => {
  let scene: Scene;
  before(async () => {
    scene = await adminAndBob();
  });
  after(() => scene.world.end());

  it('takes what is left out of it from live connections, and disturbs nobody where it only adds', async () => {
    const { world, admin } = scene;
    const eve = await world.person('Eve');
    const [here, there] = [await world.channel(admin), await world.channel(admin)];
    const roleId = await given(admin, reading(here.id), eve);
    await eve.call('channel.subscribe', { channelId: here.id }).accepted();
    const both = { roleId, channelIds: [here.id, there.id], name: roleName() };
    const wider = await admin.call('role.update', both).accepted();
    assert.deepEqual([wider.name, wider.channelIds], [both.name, both.channelIds]);
    await admin.send(there.id, 'over there', world.clientId()).accepted();
    const { messages } = await eve.call('message.history', { channelId: there.id }).accepted();
    assert.equal(messages[0]?.body, 'over there');
    await eve.connection.settled();
    assert.ok(eve.connection.socket.connected);
    await admin.call('role.update', { roleId, channelIds: [there.id] }).accepted();
    await admin.send(here.id, 'among us', world.clientId()).accepted();
    await comesBack(eve);
    await eve.call('channel.subscribe', { channelId: here.id }).refused('not_found');
    await eve.call('channel.subscribe', { channelId: there.id }).accepted();
    await admin.call('role.update', { roleId, permissions: ['channel.read'] }).accepted();
    await comesBack(eve);
    await eve.call('channel.read', { channelId: there.id }).accepted();
    await eve.call('message.history', { channelId: there.id }).refused('forbidden');
    const scope = { scope: 'reports', permissions: ['report.read'] } as const;
    const now = await admin
      .call('role.update', { roleId, ...scope, permissions: ['report.read'] })
      .accepted();
    assert.deepEqual(now.channelIds, []);
    await comesBack(eve);
    await eve.call('channel.read', { channelId: there.id }).refused('not_found');
    assert.equal((await audited(world, 'role.update', roleId)).length, 4);
  });

  it('is refused as forbidden to who does not hold what it is, or would be, in all of its scope', async () => {
    const { world, admin, bob } = scene;
    const someone = await deputy(scene, 'channel.write');
    const small = await given(someone, { scope: 'workspace', permissions: ['user.read'] });
    const change = (roleId: RoleId, permissions: string[]) =>
      someone.connection.raw('role.update', { roleId, permissions });
    await change(small, ['user.read', 'audit.read']).refused('forbidden');
    await change(small, ['user.read', 'channel.write']).accepted();
    const large = await given(admin, {
      scope: 'workspace',
      permissions: ['user.read', 'audit.read'],
    });
    await change(large, ['user.read']).refused('forbidden');
    const { id: own } = await world.channel(admin);
    const { id: ofBob } = await world.channel(bob);
    const narrow = await given(admin, reading(own));
    await admin
      .call('role.update', { roleId: narrow, channelIds: [own, ofBob] })
      .refused('not_found');
    const asGuest = { channelId: ofBob, userId: admin.userId, role: 'guest' } as const;
    await bob.call('member.add', asGuest).accepted();
    await admin.call('role.update', { roleId: narrow, channelIds: [own, ofBob] }).accepted();
    const posting = { roleId: narrow, permissions: ['message.read', 'message.send'] };
    await admin.call('role.update', posting).refused('forbidden');
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const person = await world.person(role, { role });
      await person.call('role.update', { roleId: small, name: roleName() }).refused('forbidden');
    }
  });

  it('is refused as not_found where there is no such role here', async () => {
    const { world, admin } = scene;
    const elsewhere = await world.anotherWorkspace();
    const foreigner = await world.person('F', { workspaceId: elsewhere, role: 'admin' });
    const theirs = await given(foreigner, { scope: 'workspace', permissions: ['user.read'] });
    for (const roleId of [theirs, randomUUID() as RoleId])
      await admin.call('role.update', { roleId, name: roleName() }).refused('not_found');
  });

  it('is refused as invalid_input where it changes nothing, or its parts do not go together', async () => {
    const { world, admin } = scene;
    const other = { name: roleName(), scope: 'workspace', permissions: ['user.read'] };
    await admin.connection.raw('role.create', other).accepted();
    const roleId = await given(admin, { scope: 'workspace', permissions: ['user.read'] });
    const refused = {
      'a name that is taken': { name: other.name },
      'no scope': { scope: 'world' },
    };
    const unfit = { 'a scope without channels': { scope: 'channels' }, 'no role': { roleId: 'x' } };
    const good = { roleId, name: roleName() };
    await misshapen(world, admin, 'role.update', good, { ...refused, ...unfit });
    await admin.connection.raw('role.update', { roleId }).refused('invalid_input');
  });
});
