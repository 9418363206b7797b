/** Whoever gives roles sees which there are, a page at a time, of their own workspace alone. */
import assert from 'node:assert/strict';
import type { OutputOf } from '../../support/connection.ts';
import { adminAndBob, given, reading, type Scene } from '../role-support.ts';

describe('role.list', () => {
  let scene: Scene;
  before(async () => {
    scene = await adminAndBob();
  });
  after(() => scene.world.end());

  it('gives every role with what it is and how many hold it, in pages, over HTTP too', async () => {
    const { world, admin, bob } = scene;
    const { id: channelId } = await world.channel(admin);
    const first = await given(admin, reading(channelId), bob, await world.person('Eve'));
    const second = await given(admin, { scope: 'workspace', permissions: ['user.read'] });
    const page = await admin.call('role.list', { limit: 1 }).accepted();
    assert.deepEqual(
      [page.next, page.roles.map(({ name, ...role }) => [role, name.startsWith('role-')])],
      [first, [[{ id: first, ...reading(channelId), holders: 2 }, true]]],
    );
    const path = `/v1/roles?after=${first}`;
    const rest = await admin.http<OutputOf<'role.list'>>('GET', path).accepted();
    assert.deepEqual([rest.next, rest.roles.map(({ id }) => id)], [null, [second]]);
    const workspaceId = await world.anotherWorkspace();
    const foreigner = await world.person('F', { workspaceId, role: 'admin' });
    assert.deepEqual(await foreigner.call('role.list', {}).accepted(), { roles: [], next: null });
  });

  it('is refused as forbidden to all who give none', async () => {
    const { world } = scene;
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const person = await world.person(role, { role });
      await person.call('role.list', {}).refused('forbidden');
    }
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { admin } = scene;
    const bad = { 'too many': { limit: 201 }, 'no id': { after: 'x' } };
    for (const input of Object.values(bad))
      await admin.connection.raw('role.list', input).refused('invalid_input');
  });
});
