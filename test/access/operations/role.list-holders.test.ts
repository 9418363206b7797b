/** Whoever gives a role sees who holds it, and that they looked is on record. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RoleId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import { audited, misshapen } from '../../chat/support.ts';
import { adminAndBob, given, type Scene } from '../role-support.ts';

describe('role.list-holders', () => {
  let scene: Scene;
  before(async () => {
    scene = await adminAndBob();
  });
  after(() => scene.world.end());

  it('gives them in pages, over HTTP too, each on record', async () => {
    const { world, admin, bob } = scene;
    const eve = await world.person('Eve');
    const [first, second] = [bob.userId, eve.userId].sort();
    const roleId = await given(admin, { scope: 'workspace', permissions: ['user.read'] }, bob, eve);
    const page = await admin.call('role.list-holders', { roleId, limit: 1 }).accepted();
    assert.deepEqual(page, { holders: [first], next: first });
    const path = `/v1/roles/${roleId}/holders?after=${first}`;
    const rest = await admin.http<OutputOf<'role.list-holders'>>('GET', path).accepted();
    assert.deepEqual(rest, { holders: [second], next: null });
    assert.equal((await audited(world, 'role.list-holders', roleId)).length, 2);
  });

  it('is refused as forbidden to all who give none, and not_found where there is no such role', async () => {
    const { world, admin } = scene;
    const roleId = randomUUID() as RoleId;
    await admin.call('role.list-holders', { roleId }).refused('not_found');
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const person = await world.person(role, { role });
      await person.call('role.list-holders', { roleId }).refused('forbidden');
    }
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { world, admin } = scene;
    const bad = { 'too many': { limit: 201 }, nobody: { after: 'x' } };
    await misshapen(world, admin, 'role.list-holders', { roleId: randomUUID() }, bad);
  });
});
