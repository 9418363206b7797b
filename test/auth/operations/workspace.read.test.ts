/** People see how their workspace is set up, as it is now; guests do not. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';

describe('workspace.read', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('shows every setting, to each who may see settings, of their own workspace', async () => {
    const expected = {
      id: world.workspaceId,
      slug: world.slug,
      ...{ name: 'A workspace', registration: 'open', passwordPolicy: 'composition' },
      ...{ whoInvites: 'admin', whoCreatesChannels: 'user', defaultHistoryPolicy: 'all' },
    };
    for (const role of ['admin', 'moderator', 'user', 'auditor'] as const) {
      const person = await world.person('Somebody', { role });
      assert.deepEqual(await person.call('workspace.read', {}).accepted(), expected);
      assert.deepEqual(await person.http('GET', '/v1/workspace').accepted(), expected);
    }
    const workspaceId = await world.anotherWorkspace();
    const stranger = await world.person('Eve', { workspaceId });
    const theirs = await stranger.call('workspace.read', {}).accepted();
    assert.deepEqual([theirs.id, theirs.name], [workspaceId, 'Another workspace']);
  });

  it('is refused as forbidden to guests', async () => {
    const guest = await world.person('Guest', { role: 'guest' });
    await guest.call('workspace.read', {}).refused('forbidden');
  });
});
