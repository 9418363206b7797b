/** A role that is deleted is nobody's from the answer on. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RoleId } from '../../../src/contract/index.ts';
import { audited, misshapen, rows } from '../../chat/support.ts';
import { adminAndBob, comesBack, deputy, given, reading, type Scene } from '../role-support.ts';

describe('role.delete', () => {
  let scene: Scene;
  before(async () => {
    scene = await adminAndBob();
  });
  after(() => scene.world.end());

  it('takes it from all who hold it, with their connections, and leaves them what else they hold', async () => {
    const { world, admin } = scene;
    const [eve, carol] = [await world.person('Eve'), await world.person('Carol')];
    const { id: channelId } = await world.channel(admin);
    const roleId = await given(admin, reading(channelId), eve, carol);
    await given(admin, { scope: 'workspace', permissions: ['audit.read'] }, carol);
    for (const person of [eve, carol])
      await person.call('channel.subscribe', { channelId }).accepted();
    const gone = await admin.call('role.delete', { roleId }).accepted();
    assert.deepEqual(gone, { id: roleId, holders: 2 });
    for (const person of [eve, carol]) await comesBack(person);
    await admin.send(channelId, 'among us', world.clientId()).accepted();
    for (const person of [eve, carol]) {
      await person.call('channel.subscribe', { channelId }).refused('not_found');
      assert.ok(!JSON.stringify(person.connection.heard).includes('among us'));
    }
    const { customRoles, permissions } = await carol.call('role.describe', {}).accepted();
    assert.deepEqual([customRoles.length, permissions.includes('audit.read')], [1, true]);
    const flags = 'SELECT has_roles FROM account WHERE id = ANY ($1) ORDER BY has_roles';
    const held = await rows(world, flags, [eve.userId, carol.userId]);
    assert.deepEqual(held, [{ has_roles: false }, { has_roles: true }]);
    const left = 'SELECT 1 FROM role_grant WHERE role_id = $1';
    assert.deepEqual(await rows(world, left, roleId), []);
    assert.equal((await audited(world, 'role.delete', roleId)).length, 1);
    await admin.call('role.delete', { roleId }).refused('not_found');
  });

  it('is refused as forbidden to who does not hold what it carries; what opens channels, every admin closes', async () => {
    const { world, admin, bob } = scene;
    const someone = await deputy(scene);
    const large = await given(admin, { scope: 'workspace', permissions: ['audit.read'] }, bob);
    await someone.call('role.delete', { roleId: large }).refused('forbidden');
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const person = await world.person(role, { role });
      await person.call('role.delete', { roleId: large }).refused('forbidden');
    }
    const other = await world.person('Another admin', { role: 'admin' });
    const { id } = await world.channel(other);
    const opens = await given(other, reading(id));
    await admin.http('DELETE', `/v1/roles/${opens}`).accepted();
  });

  it('is refused as not_found or invalid_input where there is no such role', async () => {
    const { world, admin } = scene;
    const roleId = randomUUID() as RoleId;
    await admin.call('role.delete', { roleId }).refused('not_found');
    await misshapen(world, admin, 'role.delete', { roleId }, { 'no id': { roleId: 'x' } });
  });
});
