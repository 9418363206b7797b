/** An invitation that was taken back is worth nothing; those of others are not there but for who administers accounts. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { InvitationId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, audited, misshapen, rows } from '../../chat/support.ts';
import { redeems } from '../inviting.ts';

describe('invitation.revoke', () => {
  let world: World;
  let admin: Person;
  let mod: Person;
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
    mod = await world.person('Mod', { role: 'moderator' });
    const text = `UPDATE workspace SET who_invites = 'user' WHERE workspace_id = $1`;
    await rows(world, text, world.workspaceId);
  });
  after(() => world.end());

  const expire = (id: InvitationId) =>
    rows(world, 'UPDATE invitation SET expires_at = $2 WHERE id = $1', id, world.clock.now());

  const make = (by: Person) => by.call('invitation.create', { role: 'guest' }).accepted();
  const revoke = (by: Person, invitationId: InvitationId) =>
    by.call('invitation.revoke', { invitationId });

  it('makes the code worth nothing, and is on record', async () => {
    const { id, code } = await make(mod);
    assert.deepEqual(await revoke(mod, id).accepted(), { id, revoked: true });
    await redeems(world, code).refused('registration_closed');
    const [row] = await audited(world, 'invitation.revoke', id);
    assert.deepEqual([row?.['actor_id'], row?.['resource_kind']], [mod.userId, 'invitation']);
  });

  it('is for admins also about those of others, and of the operator', async () => {
    const { id, code } = await make(mod);
    await admin.http('DELETE', `/v1/invitations/${id}`).accepted();
    await redeems(world, code).refused('registration_closed');
    world.clock.forward(1); // the newest, by the order of ids
    const byOperator = await world.app.auth.invite(world.workspaceId, { role: 'user' });
    const [newest] = (await admin.call('invitation.list', {}).accepted()).invitations;
    assert.ok(newest);
    await revoke(admin, newest.id).accepted();
    await redeems(world, byOperator).refused('registration_closed');
  });

  it('is refused as not_found, all alike: none, of others, of elsewhere, used, expired, taken back', async () => {
    const [used, late, taken, ofAdmin] = [
      await make(mod),
      await make(mod),
      await make(mod),
      await make(admin),
    ];
    await redeems(world, used.code).accepted();
    await revoke(mod, taken.id).accepted();
    await expire(late.id);
    const fresh = await make(admin);
    const workspaceId = await world.anotherWorkspace();
    const stranger = await world.person('Eve', { role: 'admin', workspaceId });
    await allRefused('not_found', [
      ...[randomUUID() as InvitationId, used.id, late.id, taken.id, ofAdmin.id, fresh.id].map(
        (id) => revoke(mod, id),
      ),
      revoke(stranger, fresh.id),
    ]);
    await redeems(world, fresh.code).accepted();
  });

  it('is refused as forbidden to roles that do not invite', async () => {
    const { id } = await make(admin);
    const guest = await world.person('Guest', { role: 'guest' });
    await revoke(guest, id).refused('forbidden');
  });

  it('is refused as invalid_input for what is no id', async () => {
    const { id } = await make(admin);
    await misshapen(
      world,
      admin,
      'invitation.revoke',
      { invitationId: id },
      {
        'a word': { invitationId: 'mine' },
      },
    );
  });
});
