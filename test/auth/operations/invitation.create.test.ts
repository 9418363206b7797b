/** A code lets one person register with its role, as long as whoever made it may still invite to that role. */
import assert from 'node:assert/strict';
import type { WorkspaceRole } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { HOUR } from '../../support/hand-clock.ts';
import { World } from '../../support/world.ts';
import { assertSealed, audited, changesNothing, misshapen, rows } from '../../chat/support.ts';
import { address, redeems } from '../inviting.ts';

describe('invitation.create', () => {
  let world: World;
  let admin: Person;
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(() => world.end());

  const leave = (to: string) =>
    rows(
      world,
      'UPDATE workspace SET who_invites = $2 WHERE workspace_id = $1',
      world.workspaceId,
      to,
    );
  const accounts = async () =>
    (await rows(world, 'SELECT role FROM account WHERE workspace_id = $1', world.workspaceId))
      .length;
  const code = async (by: Person, role: Exclude<WorkspaceRole, 'system'> = 'user') =>
    (await by.call('invitation.create', { role }).accepted()).code;
  const set = (person: Person, column: 'role' | 'status', value: string) =>
    rows(world, `UPDATE account SET ${column} = $2 WHERE id = $1`, person.userId, value);

  it('gives a code that makes one account of that role, once, and is on record without the code', async () => {
    const made = await admin.call('invitation.create', { role: 'moderator' }).accepted();
    assert.equal(made.expiresAt, world.clock.now().getTime() + 24 * HOUR);
    assert.deepEqual([made.role, made.bound], ['moderator', false]);
    await redeems(world, made.code).accepted();
    const found = await rows(
      world,
      'SELECT a.role FROM invitation i JOIN account a ON a.id = i.used_by WHERE i.id = $1',
      made.id,
    );
    assert.deepEqual(found, [{ role: 'moderator' }]);
    const before = await accounts();
    await redeems(world, made.code).refused('registration_closed');
    assert.equal(await accounts(), before);
    const [row] = await audited(world, 'invitation.create', made.id);
    assert.deepEqual(row?.['details'], { role: 'moderator', expiresInHours: 24, bound: false });
    assertSealed(row, made.code);
  });

  it('bound to an address makes an account of that one alone, in any spelling', async () => {
    const email = address();
    const {
      code: bound,
      bound: isBound,
      id,
    } = await admin
      .http<{ code: string; bound: boolean; id: string }>('POST', '/v1/invitations', {
        ...{ role: 'user', email },
      })
      .accepted();
    assert.equal(isBound, true);
    await redeems(world, bound).refused('registration_closed');
    await redeems(world, bound, email.toUpperCase()).accepted();
    const [row] = await rows(world, 'SELECT i::text AS whole FROM invitation i WHERE id = $1', id);
    assert.ok(!String(row?.['whole']).includes(Buffer.from(email).toString('hex')));
    assert.ok(!String(row?.['whole']).includes(email));
  });

  it('ends when it was said to', async () => {
    const made = await admin
      .call('invitation.create', { role: 'user', expiresInHours: 2 })
      .accepted();
    const other = await admin
      .call('invitation.create', { role: 'user', expiresInHours: 3 })
      .accepted();
    world.clock.forward(2 * HOUR);
    await redeems(world, made.code).refused('registration_closed');
    await redeems(world, other.code).accepted();
    admin = await world.person('Admin', { role: 'admin' }); // the token before is over
  });

  it('is refused as forbidden for a role above the own, and to roles that do not invite', async () => {
    await leave('user');
    const people = {
      moderator: await world.person('Mod', { role: 'moderator' }),
      user: await world.person('User'),
      auditor: await world.person('Auditor', { role: 'auditor' }),
      guest: await world.person('Guest', { role: 'guest' }),
    };
    const reach = {
      moderator: ['moderator', 'user', 'guest'],
      user: ['user', 'guest'],
      auditor: [],
      guest: [],
    } as const;
    for (const [name, person] of Object.entries(people))
      for (const role of ['admin', 'auditor', 'moderator', 'user', 'guest'] as const) {
        const asked = person.call('invitation.create', { role });
        const may = reach[name as keyof typeof reach] as readonly string[];
        if (may.includes(role)) await asked.accepted();
        else await asked.refused('forbidden');
      }
    await leave('admin');
  });

  it('is refused as restricted_by_workspace where its settings leave it to others', async () => {
    const mod = await world.person('Mod', { role: 'moderator' });
    const user = await world.person('User');
    for (const [setting, modMay, userMay] of [
      ['admin', false, false],
      ['moderator', true, false],
      ['user', true, true],
    ] as const) {
      await leave(setting);
      for (const [person, may] of [
        [mod, modMay],
        [user, userMay],
      ] as const) {
        const asked = person.call('invitation.create', { role: 'guest' });
        if (may) await asked.accepted();
        else await changesNothing(world, () => asked.refused('restricted_by_workspace'));
      }
    }
    await leave('admin');
  });

  it('is refused as registration_closed where only the operator lets people in', async () => {
    const register = (registration: string) =>
      rows(
        world,
        'UPDATE workspace SET registration = $2 WHERE workspace_id = $1',
        world.workspaceId,
        registration,
      );
    await register('closed');
    const asked = () => admin.call('invitation.create', { role: 'user' });
    await changesNothing(world, () => asked().refused('registration_closed'));
    await register('invited');
    await redeems(world, (await asked().accepted()).code).accepted();
    await register('open');
  });

  const falls: readonly [string, (inviter: Person) => Promise<unknown>][] = [
    ['is locked', (inviter) => set(inviter, 'status', 'locked')],
    ['is deactivated', (inviter) => set(inviter, 'status', 'deactivated')],
    ['is made a moderator', (inviter) => set(inviter, 'role', 'moderator')],
    ['is made an auditor', (inviter) => set(inviter, 'role', 'auditor')],
  ];
  for (const [what, fall] of falls)
    it(`is worth nothing once whoever made it ${what}, and again when that is undone`, async () => {
      const inviter = await world.person('Second', { role: 'admin' });
      const made = await code(inviter, 'auditor');
      await fall(inviter);
      await redeems(world, made).refused('registration_closed');
      await set(inviter, 'status', 'active');
      await set(inviter, 'role', 'admin');
      await redeems(world, made).accepted();
    });

  it('is worth nothing once the workspace leaves inviting to others', async () => {
    await leave('user');
    const user = await world.person('User');
    const made = await code(user);
    await leave('moderator');
    await redeems(world, made).refused('registration_closed');
    await leave('user');
    await redeems(world, made).accepted();
    await leave('admin');
  });

  it('is refused as invalid_input for a role nobody holds, a wrong time and a wrong address', async () => {
    await misshapen(
      world,
      admin,
      'invitation.create',
      { role: 'user' },
      {
        'a role of nobody': { role: 'system' },
        'a role of channels': { role: 'owner' },
        'no time': { expiresInHours: 0 },
        'more than a month': { expiresInHours: 721 },
        'an address that is none': { email: 'no address' },
        'a code of their own': { code: 'ci1.mine' },
      },
    );
  });
});
