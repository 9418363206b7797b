/** How far an erasure is: for whom it is about and for who keeps accounts; for others there is none. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ErasureId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { author } from '../support.ts';

describe('erasure.read', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('tells the subject and admins the same, without where it was asked from', async () => {
    const { person, resident } = await author(world);
    const { password } = resident;
    const { erasureId, dueAt } = await person.call('erasure.request', { password }).accepted();
    const admin = await world.person('Admin', { role: 'admin' });
    const requestedAt = world.clock.now().getTime();
    const expected = {
      ...{ erasureId, userId: person.userId, channelId: null, requestedBy: person.userId },
      ...{ requestedAt, dueAt, state: 'waiting', rows: [], endedAt: null, receipt: null },
    };
    for (const who of [person, admin])
      assert.deepEqual(await who.call('erasure.read', { erasureId }).accepted(), expected);
    assert.deepEqual(await person.http('GET', `/v1/erasures/${erasureId}`).accepted(), expected);
  });

  it('is refused as not_found to others, in another workspace too, and where there is none', async () => {
    const { person, resident } = await author(world);
    const { password } = resident;
    const { erasureId } = await person.call('erasure.request', { password }).accepted();
    const workspaceId = await world.anotherWorkspace();
    const foreigner = await world.person('Foreigner', { role: 'admin', workspaceId });
    const moderator = await world.person('Moderator', { role: 'moderator' });
    for (const who of [foreigner, moderator])
      await who.call('erasure.read', { erasureId }).refused('not_found');
    const nothing = randomUUID() as ErasureId;
    await person.call('erasure.read', { erasureId: nothing }).refused('not_found');
  });
});
