/** One person is shown to who may see people, with the address to admins alone, and every such look is on record. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, assertSealed, audited } from '../../chat/support.ts';

describe('user.read', () => {
  let world: World;
  let bob: Person;
  let admin: Person;
  before(async () => {
    world = await World.create();
    bob = await world.person('Bob');
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(() => world.end());

  const read = (by: Person, { userId }: { userId: UserId }) => by.call('user.read', { userId });
  const shut = ({ userId }: Person, status: string) =>
    world.database.query('UPDATE account SET status = $2 WHERE id = $1', [userId, status]);

  it('shows the address to admins alone, over HTTP too, and says so in the trail', async () => {
    const email = `${bob.userId}@conclave.invalid`;
    for (const [role, shown] of [
      ['user', null],
      ['moderator', null],
      ['auditor', null],
      ['admin', email],
    ] as const) {
      const person = await world.person(role, { role });
      const user = await read(person, bob).accepted();
      const { createdAt, ...rest } = user;
      assert.ok(createdAt > 0);
      const { userId } = bob;
      const expected = { userId, displayName: 'Bob', role: 'user', status: 'active', email: shown };
      assert.deepEqual(rest, expected);
      const path = `/v1/users/${userId}`;
      assert.deepEqual(await person.http<OutputOf<'user.read'>>('GET', path).accepted(), user);
      const trail = await audited(world, 'user.read', userId);
      assert.deepEqual(
        trail.slice(-2).map((row) => [row['actor_id'], row['subject_id'], row['details']]),
        Array.from({ length: 2 }, () => [person.userId, userId, { email: shown !== null }]),
      );
      assertSealed(trail.at(-1), email);
    }
  });

  it('shows who is not in use to admins and auditors alone', async () => {
    const locked = await world.person('Locked');
    await shut(locked, 'locked');
    await allRefused('not_found', [
      read(bob, locked),
      read(bob, { userId: randomUUID() as UserId }),
    ]);
    for (const role of ['admin', 'auditor'] as const)
      assert.equal(
        (await read(await world.person(role, { role }), locked).accepted()).status,
        'locked',
      );
  });

  it('is refused as not_found, all alike: nobody, another workspace, and who is erased', async () => {
    const gone = await world.person('Gone');
    await shut(gone, 'erased');
    const eve = await world.person('Eve', { workspaceId: await world.anotherWorkspace() });
    await allRefused(
      'not_found',
      [{ userId: randomUUID() as UserId }, eve, gone].map((one) => read(admin, one)),
    );
  });

  it('is refused as forbidden to guests, and as invalid_input when its shape is wrong', async () => {
    const guest = await world.person('Guest', { role: 'guest' });
    await allRefused('forbidden', [
      read(guest, bob),
      read(guest, { userId: randomUUID() as UserId }),
    ]);
    for (const input of [{}, { userId: 'me' }, { userId: [bob.userId] }, { email: 'x@y.z' }])
      await admin.connection.raw('user.read', input).refused('invalid_input');
  });
});
