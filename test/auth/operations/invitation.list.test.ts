/** People see the invitations that they made and that are still good, admins see all, and nobody sees a code. */
import assert from 'node:assert/strict';
import type { InvitationId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { rows } from '../../chat/support.ts';
import { address, redeems } from '../inviting.ts';

describe('invitation.list', () => {
  let world: World;
  let admin: Person;
  let mod: Person;
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
    mod = await world.person('Mod', { role: 'moderator' });
    const text = `UPDATE workspace SET who_invites = 'moderator' WHERE workspace_id = $1`;
    await rows(world, text, world.workspaceId);
  });
  after(() => world.end());

  const expire = (id: InvitationId) =>
    rows(world, 'UPDATE invitation SET expires_at = $2 WHERE id = $1', id, world.clock.now());

  const list = async (by: Person, input: object = {}) =>
    by.call('invitation.list', input).accepted();
  /** Each at a time of its own: ids are in the order of the clock. */
  const make = (by: Person, more: object = {}) => {
    world.clock.forward(1);
    return by.call('invitation.create', { role: 'user', ...more }).accepted();
  };

  it('shows what can still be redeemed, newest first, page by page, and no code', async () => {
    const used = await make(admin);
    const expired = await make(admin);
    const taken = await make(admin);
    await redeems(world, used.code).accepted();
    await expire(expired.id);
    await admin.call('invitation.revoke', { invitationId: taken.id }).accepted();
    const bound = await make(admin, { role: 'guest', email: address() });
    const ofMod = await make(mod);
    const all = await list(admin);
    assert.deepEqual(
      all.invitations.map(({ id, role, invitedBy, bound }) => [id, role, invitedBy, bound]),
      [
        [ofMod.id, 'user', mod.userId, false],
        [bound.id, 'guest', admin.userId, true],
      ],
    );
    assert.equal(all.next, null);
    const said = JSON.stringify(all);
    for (const { code } of [used, expired, taken, bound, ofMod]) assert.ok(!said.includes(code));
    const first = await list(admin, { limit: 1 });
    assert.deepEqual([first.invitations[0]?.id, first.next], [ofMod.id, ofMod.id]);
    const second = await list(admin, { limit: 1, after: ofMod.id });
    assert.deepEqual([second.invitations[0]?.id, second.next], [bound.id, null]);
    const own = await mod.http<typeof all>('GET', '/v1/invitations').accepted();
    assert.deepEqual(
      own.invitations.map(({ id }) => id),
      [ofMod.id],
    );
  });

  it('shows admins the codes of the operator as from nobody, and nobody what is elsewhere', async () => {
    world.clock.forward(1);
    await world.app.auth.invite(world.workspaceId, { role: 'auditor' });
    const [newest] = (await list(admin)).invitations;
    assert.deepEqual([newest?.role, newest?.invitedBy], ['auditor', null]);
    const workspaceId = await world.anotherWorkspace();
    const stranger = await world.person('Eve', { role: 'admin', workspaceId });
    assert.deepEqual((await list(stranger)).invitations, []);
  });

  it('is refused as forbidden to roles that do not invite', async () => {
    for (const role of ['auditor', 'guest'] as const) {
      const person = await world.person('Other', { role });
      await person.call('invitation.list', {}).refused('forbidden');
    }
  });
});
