/** A role is given by who holds all that it carries, counts from the commit on, and the last admin stays one. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId, WorkspaceRole } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  assertSealed,
  audited,
  changesNothing,
  misshapen,
  rows,
} from '../../chat/support.ts';

describe('user.set-role', () => {
  let world: World;
  let admin: Person;
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(() => world.end());

  const roleOf = async ({ userId }: Person) =>
    (await rows(world, 'SELECT role FROM account WHERE id = $1', userId))[0]?.['role'];
  const setRole = (by: Person, { userId }: { userId: UserId }, role: WorkspaceRole) =>
    by.connection.raw('user.set-role', { userId, role });

  it('gives every role that people hold, is on record, and has its holder come back', async () => {
    const bob = await world.person('Bob');
    for (const role of ['moderator', 'auditor', 'guest', 'admin', 'user'] as const) {
      const { connection } = bob;
      const input = { userId: bob.userId, role, reason: 'a new task' };
      const given = await admin.call('user.set-role', input).accepted();
      assert.deepEqual(given, { userId: bob.userId, role });
      const closing = await connection.hears('connection.closing');
      assert.deepEqual(closing, { code: 'access_changed', next: 'reconnect' });
      await connection.closed();
      await bob.connect();
      assert.equal((await bob.call('role.describe', {}).accepted()).role, role);
    }
    const [row] = await audited(world, 'user.set-role', bob.userId);
    assert.deepEqual(
      [row?.['actor_id'], row?.['subject_id'], row?.['details']],
      [admin.userId, bob.userId, { before: 'user', role: 'moderator' }],
    );
    assertSealed(row, 'a new task');
  });

  it('takes what the role carried from live connections at once', async () => {
    const [owner, eve] = [
      await world.person('Owner'),
      await world.person('Eve', { role: 'moderator' }),
    ];
    const { id: channelId } = await world.channel(owner, [], { kind: 'public' });
    await eve.call('channel.subscribe', { channelId }).accepted();
    await setRole(admin, eve, 'guest').accepted();
    await owner.send(channelId, 'among us', world.clientId()).accepted();
    await eve.connection.closed();
    assert.deepEqual(eve.connection.events(), []);
    await eve.connect();
    await eve.call('channel.subscribe', { channelId }).refused('not_found');
  });

  it('changes nothing where the role is held already: nobody is disturbed', async () => {
    const bob = await world.person('Bob');
    await setRole(admin, bob, 'user').accepted();
    await bob.connection.settled();
    const events = 'SELECT 1 FROM control_event WHERE user_id = $1';
    assert.deepEqual(await rows(world, events, bob.userId), []);
  });

  it('is refused as forbidden to every role but admin, whomever they name, and for themselves', async () => {
    const bob = await world.person('Bob');
    const nobody = { userId: randomUUID() as UserId };
    for (const role of ['user', 'moderator', 'auditor', 'guest', 'system'] as const) {
      const person = await world.person(role, { role });
      const asked = [bob, admin, person, nobody].map((one) => setRole(person, one, 'admin'));
      await changesNothing(world, () => allRefused('forbidden', asked));
      assert.deepEqual([await roleOf(bob), await roleOf(person)], ['user', role]);
    }
    await world.app.audit.refusals.drained();
    const trail = await rows(
      world,
      `SELECT type FROM audit_event WHERE action = 'user.set-role' AND resource_id = $1 AND outcome = 'forbidden'`,
      bob.userId,
    );
    assert.equal(trail.length, 5);
  });

  it('is refused as not_found, all alike: nobody, another workspace, and who is erased', async () => {
    const elsewhere = await world.anotherWorkspace();
    const eve = await world.person('Eve', { workspaceId: elsewhere });
    const gone = await world.person('Gone');
    await world.database.query("UPDATE account SET status = 'erased' WHERE id = $1", [gone.userId]);
    const nobody = { userId: randomUUID() as UserId };
    await allRefused(
      'not_found',
      [nobody, eve, gone].map((one) => setRole(admin, one, 'guest')),
    );
    assert.equal(await roleOf(eve), 'user');
  });

  it('is refused as invalid_input when its shape is wrong, or a role that no person holds', async () => {
    const { userId } = await world.person('Bob');
    await misshapen(
      world,
      admin,
      'user.set-role',
      { userId, role: 'guest' },
      {
        system: { role: 'system' },
        'no role': { role: 'owner' },
        'no id': { userId: 'me' },
        'a reason of two lines': { reason: 'a\nb' },
        'an empty reason': { reason: ' ' },
        'a reason without end': { reason: 'x'.repeat(501) },
      },
    );
  });
});

describe('user.set-role and the last admin', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  // Over HTTP: whoever loses the role loses the connection, perhaps before the answer.
  const demote = (by: Person, { userId }: Person) =>
    by.http('PUT', `/v1/users/${userId}/role`, { role: 'user' });
  const admins = async () =>
    (
      await rows(
        world,
        "SELECT id FROM account WHERE workspace_id = $1 AND role = 'admin' AND status = 'active'",
        world.workspaceId,
      )
    ).length;

  it('is refused for the only active one, and done where there is another', async () => {
    const ada = await world.person('Ada', { role: 'admin' });
    const locked = await world.person('Locked', { role: 'admin' });
    await world.database.query("UPDATE account SET status = 'locked' WHERE id = $1", [
      locked.userId,
    ]);
    await demote(ada, ada).refused('last_admin');
    await demote(ada, locked).accepted();
    const bob = await world.person('Bob', { role: 'admin' });
    await demote(ada, ada).accepted();
    assert.equal(await admins(), 1);
    await demote(bob, bob).refused('last_admin');
  });

  it('leaves one of two who take the role from each other, or both from themselves, at the same time', async () => {
    for (const crossed of [true, false]) {
      const pair = [
        await world.person('One', { role: 'admin' }),
        await world.person('Two', { role: 'admin' }),
      ] as const;
      const others = `UPDATE account SET role = 'user' WHERE workspace_id = $1 AND role = 'admin' AND NOT id = ANY ($2)`;
      const ids = pair.map(({ userId }) => userId);
      await world.database.query(others, [world.workspaceId, ids]);
      const [one, two] = pair;
      const answers = await Promise.all(
        crossed ? [demote(one, two), demote(two, one)] : [demote(one, one), demote(two, two)],
      );
      const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code)).sort();
      assert.equal(codes.filter((code) => code === 'ok').length, 1, codes.join());
      assert.ok(
        codes.some((code) => ['forbidden', 'last_admin', 'unauthenticated'].includes(code)),
      );
      assert.equal(await admins(), 1);
    }
  });
});
