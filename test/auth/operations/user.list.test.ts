/** The people of a workspace are listed for who may see them, in use or not by role, and nobody of another one. */
import assert from 'node:assert/strict';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { changesNothing } from '../../chat/support.ts';

type Listed = OutputOf<'user.list'>;

describe('user.list', () => {
  let world: World;
  let ada: Person;
  let admin: Person;
  before(async () => {
    world = await World.create();
    ada = await world.person('Ada');
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(() => world.end());

  const shut = ({ userId }: Person, status: string) =>
    world.database.query('UPDATE account SET status = $2 WHERE id = $1', [userId, status]);

  it('shows name, role and status, and nothing else of anybody, over HTTP too', async () => {
    await world.person('Elsewhere', { workspaceId: await world.anotherWorkspace() });
    await changesNothing(world, async () => {
      const listed = await ada.call('user.list', {}).accepted();
      const createdAt = world.clock.now().getTime();
      assert.deepEqual(listed, {
        users: [
          { userId: ada.userId, displayName: 'Ada', role: 'user' },
          { userId: admin.userId, displayName: 'Admin', role: 'admin' },
        ]
          .map((user) => ({ ...user, status: 'active', createdAt }))
          .sort((a, b) => a.userId.localeCompare(b.userId)),
        next: null,
      });
      assert.deepEqual(await ada.http<Listed>('GET', '/v1/users').accepted(), listed);
    });
  });

  it('shows who is locked or deactivated to admins and auditors alone, and nobody who is erased', async () => {
    const people = ['locked', 'deactivated', 'erased'] as const;
    for (const status of people) await shut(await world.person(status), status);
    for (const [role, expected] of [
      ['admin', ['deactivated', 'locked']],
      ['auditor', ['deactivated', 'locked']],
      ['moderator', []],
      ['user', []],
    ] as const) {
      const person = await world.person(role, { role });
      const { users } = await person.call('user.list', {}).accepted();
      const away = users.filter(({ status }) => status !== 'active');
      assert.deepEqual(away.map(({ displayName }) => displayName).sort(), expected, role);
    }
  });

  it('comes in pages that begin where the last one ended', async () => {
    const { users } = await ada.call('user.list', {}).accepted();
    const all: Listed['users'] = [];
    let after: Listed['next'] = null;
    do {
      const page: Listed = await ada
        .call('user.list', { limit: 2, ...(after && { after }) })
        .accepted();
      assert.ok(page.users.length === 2 || page.next === null);
      all.push(...page.users);
      after = page.next;
    } while (after);
    assert.deepEqual(all, users);
  });

  it('is refused as forbidden to guests and jobs, and as invalid_input when its shape is wrong', async () => {
    for (const role of ['guest', 'system'] as const)
      await (await world.person(role, { role })).call('user.list', {}).refused('forbidden');
    for (const input of [{ limit: 0 }, { limit: 201 }, { after: 'x' }, { status: 'locked' }, null])
      await ada.connection.raw('user.list', input).refused('invalid_input');
  });
});
