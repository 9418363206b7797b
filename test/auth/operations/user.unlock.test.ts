/** An account that is put into use again is signed in to anew: nothing of before is let in. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, audited, misshapen } from '../../chat/support.ts';
import { Resident } from '../residents.ts';

describe('user.unlock', () => {
  let world: World;
  let admin: Person;
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(() => world.end());

  const unlock = (by: Person, { userId }: { userId: UserId }) => by.call('user.unlock', { userId });

  for (const shut of ['user.lock', 'user.deactivate'] as const)
    it(`lets people sign in again after ${shut}, and none of their old sessions`, async () => {
      const ada = await Resident.create(world);
      const before = await ada.arrives();
      const { userId } = before;
      await admin.call(shut, { userId }).accepted();
      await ada.tries().refused('invalid_credentials');
      const opened = await unlock(admin, before).accepted();
      assert.deepEqual(opened, { userId, status: 'active' });
      await before.http('GET', '/v1/me').refused('unauthenticated');
      const renewal = { refreshToken: before.refreshToken, nonce: 'a-nonce-of-this-try' };
      await before.http('POST', '/v1/sessions/refresh', renewal).refused('invalid_refresh_token');
      await ada.arrives().then((person) => person.http('GET', '/v1/me').accepted());
      const [row] = await audited(world, 'user.unlock', userId);
      const was = shut === 'user.lock' ? 'locked' : 'deactivated';
      assert.deepEqual(row?.['details'], { before: was });
    });

  it('changes nothing of an account in use', async () => {
    const bob = await world.person('Bob');
    await unlock(admin, bob).accepted();
    await bob.connection.settled();
  });

  it('is refused as forbidden to every role but admin, as not_found for nobody, and when its shape is wrong', async () => {
    const bob = await world.person('Bob');
    await admin.call('user.lock', { userId: bob.userId }).accepted();
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const)
      await unlock(await world.person(role, { role }), bob).refused('forbidden');
    await bob.http('PUT', `/v1/users/${bob.userId}/unlock`, {}).refused('unauthenticated');
    const eve = await world.person('Eve', { workspaceId: await world.anotherWorkspace() });
    const nobody = { userId: randomUUID() as UserId };
    await allRefused('not_found', [unlock(admin, nobody), unlock(admin, eve)]);
    await misshapen(
      world,
      admin,
      'user.unlock',
      { userId: bob.userId },
      {
        'no id': { userId: 7 },
      },
    );
  });
});
