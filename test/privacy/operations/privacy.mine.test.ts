/** People see by when they must have an answer, also to what an administrator asked for them; nobody sees that of others. */
import assert from 'node:assert/strict';
import { DAY } from '../../support/hand-clock.ts';
import { World } from '../../support/world.ts';
import { administrator, author } from '../support.ts';

describe('privacy.mine', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it("shows the caller's own, with due dates, page by page", async () => {
    const [boss, ada, bob] = [
      await administrator(world),
      await author(world),
      await author(world, 'Bob'),
    ];
    const now = world.clock.now().getTime();
    const { userId } = ada.person;
    const { password } = boss.resident;
    const letter = { userId, password, reason: 'by letter' };
    const { erasureId } = await boss.person.call('erasure.request-for', letter).accepted();
    const own = { password: bob.resident.password };
    await bob.person.call('erasure.request', own).accepted();
    const { requests, next } = await ada.person.call('privacy.mine', { limit: 1 }).accepted();
    assert.equal(next, null);
    assert.deepEqual(requests, [
      {
        ...{ requestId: erasureId, kind: 'erasure', state: 'open', byMe: false },
        ...{ requestedAt: now, dueAt: now + 30 * DAY, answeredAt: null },
        ...{ extendedAt: null, reason: null },
      },
    ]);
  });

  it('is refused invalid_input for a page of another size', async () => {
    const { person } = await author(world);
    await person.call('privacy.mine', { limit: 0 }).refused('invalid_input');
  });
});
