/** An account that is taken out of use is shut like a locked one; what its owner wrote stays, and so does the last admin. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, audited, misshapen, rows } from '../../chat/support.ts';
import { Resident } from '../residents.ts';

describe('user.deactivate', () => {
  let world: World;
  let admin: Person;
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(() => world.end());

  const deactivate = (by: Person, { userId }: { userId: UserId }) =>
    by.call('user.deactivate', { userId });
  const status = async ({ userId }: Person) =>
    (await rows(world, 'SELECT status FROM account WHERE id = $1', userId))[0]?.['status'];

  it('ends the sessions and keeps what was written, also of an account that was locked', async () => {
    const ada = await Resident.create(world);
    const person = await ada.arrives();
    await person.connect();
    const { id: channelId } = await world.channel(admin, [person]);
    const { id } = await person.send(channelId, 'I was here', world.clientId()).accepted();
    const { userId } = person;
    const path = `/v1/users/${userId}/deactivation`;
    const done = await admin.http('POST', path, { reason: 'left the house' }).accepted();
    assert.deepEqual(done, { userId, status: 'deactivated', revoked: 1 });
    assert.equal((await person.hears('connection.closing')).next, 'sign-in');
    await person.http('GET', '/v1/me').refused('unauthenticated');
    await ada.tries().refused('invalid_credentials');
    const { messages } = await admin.call('message.history', { channelId }).accepted();
    assert.deepEqual(
      messages.map((message) => [message.id, message.body]),
      [[id, 'I was here']],
    );
    const [row] = await audited(world, 'user.deactivate', userId);
    assert.deepEqual(row?.['details'], { before: 'active', revoked: 1 });
    const bob = await world.person('Bob');
    await admin.call('user.lock', { userId: bob.userId }).accepted();
    assert.equal((await deactivate(admin, bob).accepted()).revoked, 0);
    assert.equal(await status(bob), 'deactivated');
  });

  it('is refused as forbidden to every role but admin, and for oneself', async () => {
    const bob = await world.person('Bob');
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const person = await world.person(role, { role });
      await allRefused(
        'forbidden',
        [bob, admin, person].map((one) => deactivate(person, one)),
      );
    }
    await deactivate(admin, admin).refused('forbidden');
    assert.deepEqual([await status(bob), await status(admin)], ['active', 'active']);
  });

  it("never takes a workspace's last admin ('last_admin'): of two who try it on each other, one stays", async () => {
    const workspaceId = await world.anotherWorkspace();
    const pair = [
      await world.person('One', { role: 'admin', workspaceId }),
      await world.person('Two', { role: 'admin', workspaceId }),
    ] as const;
    const ask = (by: Person, { userId }: Person) =>
      by.http('POST', `/v1/users/${userId}/deactivation`, {});
    const answers = await Promise.all([ask(pair[0], pair[1]), ask(pair[1], pair[0])]);
    assert.equal(answers.filter(({ ok }) => ok).length, 1);
    const standings = await Promise.all(pair.map(status));
    assert.deepEqual(standings.sort(), ['active', 'deactivated']);
  });

  it('is refused as not_found for nobody, and as invalid_input when its shape is wrong', async () => {
    const eve = await world.person('Eve', { workspaceId: await world.anotherWorkspace() });
    const nobody = { userId: randomUUID() as UserId };
    await allRefused('not_found', [deactivate(admin, nobody), deactivate(admin, eve)]);
    const bad = { 'no id': { userId: null } };
    await misshapen(world, admin, 'user.deactivate', { userId: eve.userId }, bad);
  });
});
