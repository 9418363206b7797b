/** A locked account is shut at once: sessions end, tokens are void, nobody signs in; and not for those who may not. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { keepAnAdmin } from '../../../src/auth/administration.ts';
import type { UserId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, assertSealed, audited, misshapen, rows } from '../../chat/support.ts';
import { Resident } from '../residents.ts';

describe('user.lock', () => {
  let world: World;
  let admin: Person;
  const people: Person[] = [];
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(async () => {
    for (const person of people) person.leave();
    await world.end();
  });

  const lock = (by: Person, { userId }: { userId: UserId }) => by.call('user.lock', { userId });
  const status = async ({ userId }: Person) =>
    (await rows(world, 'SELECT status FROM account WHERE id = $1', userId))[0]?.['status'];

  it('ends every session, voids every token, lets nobody sign in, and is on record', async () => {
    const eve = await Resident.create(world, 'Eve');
    const [one, two] = [await eve.arrives(), await eve.arrives()];
    for (const person of [one, two]) await person.connect();
    people.push(one, two);
    const { userId } = one;
    const input = { userId, reason: 'sends spam' };
    const locked = await admin.call('user.lock', input).accepted();
    assert.deepEqual(locked, { userId, status: 'locked', revoked: 2 });
    for (const person of [one, two]) {
      const closing = await person.hears('connection.closing');
      assert.deepEqual(closing, { code: 'session_ended', next: 'sign-in' });
      await person.http('GET', '/v1/me').refused('unauthenticated');
      await assert.rejects(person.connect(), /unauthenticated/);
    }
    const renewal = { refreshToken: one.refreshToken, nonce: 'a-nonce-of-this-try' };
    await one.http('POST', '/v1/sessions/refresh', renewal).refused('invalid_refresh_token');
    await eve.tries().refused('invalid_credentials');
    const [row] = await audited(world, 'user.lock', userId);
    assert.deepEqual(
      [row?.['actor_id'], row?.['subject_id'], row?.['details']],
      [admin.userId, userId, { before: 'active', revoked: 2 }],
    );
    assertSealed(row, 'sends spam');
  });

  it('is done once: of an account that is locked it ends nothing more', async () => {
    const bob = await world.person('Bob');
    assert.equal((await lock(admin, bob).accepted()).revoked, 1);
    assert.equal((await lock(admin, bob).accepted()).revoked, 0);
  });

  it('takes effect on a node that remembers the session, and on no other person', async () => {
    const [bob, carl] = [await world.person('Bob'), await world.person('Carl')];
    for (const person of [bob, carl]) await person.call('role.describe', {}).accepted();
    await lock(admin, bob).accepted();
    await bob.http('GET', '/v1/me').refused('unauthenticated');
    await carl.connection.settled();
  });

  it('is refused as forbidden to every role but admin, for oneself, and where it is deactivated', async () => {
    const bob = await world.person('Bob');
    const nobody = { userId: randomUUID() as UserId };
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const person = await world.person(role, { role });
      await allRefused(
        'forbidden',
        [bob, admin, person, nobody].map((one) => lock(person, one)),
      );
    }
    await lock(admin, admin).refused('forbidden');
    await world.database.query("UPDATE account SET status = 'deactivated' WHERE id = $1", [
      bob.userId,
    ]);
    await lock(admin, bob).refused('forbidden');
    assert.deepEqual([await status(bob), await status(admin)], ['deactivated', 'active']);
  });

  it('leaves one of two admins who lock each other at the same time, and never none', async () => {
    const other = await world.anotherWorkspace();
    const [one, two] = [
      await world.person('One', { role: 'admin', workspaceId: other }),
      await world.person('Two', { role: 'admin', workspaceId: other }),
    ];
    const ask = (by: Person, { userId }: Person) => by.http('PUT', `/v1/users/${userId}/lock`, {});
    const answers = await Promise.all([ask(one, two), ask(two, one)]);
    assert.equal(answers.filter(({ ok }) => ok).length, 1);
    assert.deepEqual([await status(one), await status(two)].sort(), ['active', 'locked']);
  });

  it('would be refused as last_admin where no other is left', () => {
    // Only another admin could lock the last one, and holds the role then: the rule stands guard behind the others.
    const refuse = (code: string): never => {
      throw new Error(code);
    };
    assert.throws(() => keepAnAdmin({ leavesAnAdmin: false }, refuse), {
      message: 'last_admin',
    });
    keepAnAdmin({ leavesAnAdmin: true }, refuse);
  });

  it('is refused as not_found for nobody, and as invalid_input when its shape is wrong', async () => {
    const eve = await world.person('Eve', { workspaceId: await world.anotherWorkspace() });
    const nobody = { userId: randomUUID() as UserId };
    await allRefused('not_found', [lock(admin, nobody), lock(admin, eve)]);
    await misshapen(
      world,
      admin,
      'user.lock',
      { userId: eve.userId },
      {
        'no id': { userId: 'x' },
        'a reason of two lines': { reason: 'a\nb' },
      },
    );
    assert.equal(await status(eve), 'active');
  });
});
