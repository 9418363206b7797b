/** An erasure is taken back by who asked for it, until it begins; never afterwards, and by nobody else. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ErasureId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { audited } from '../../chat/support.ts';
import { administrator, author, becomes, stateOf } from '../support.ts';

describe('erasure.cancel', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  async function asked() {
    const one = await author(world);
    const { password } = one.resident;
    const { erasureId } = await one.person.call('erasure.request', { password }).accepted();
    return { ...one, erasureId };
  }

  it('takes it back, after a new login too, and another can be asked for', async () => {
    const { person, resident, erasureId } = await asked();
    const again = await resident.arrives();
    await again.http('DELETE', `/v1/erasures/${erasureId}`).accepted();
    const found = await stateOf(world, erasureId);
    assert.deepEqual([found?.['state'], found?.['cancelled_by']], ['cancelled', person.userId]);
    assert.equal((await audited(world, 'erasure.cancel', erasureId)).length, 1);
    await person.call('erasure.request', { password: resident.password }).accepted();
  });

  it('is refused as erasure_begun when it was taken back before, and once it has begun', async () => {
    const { person, erasureId } = await asked();
    await person.call('erasure.cancel', { erasureId }).accepted();
    await person.call('erasure.cancel', { erasureId }).refused('erasure_begun');
    const begun = await asked();
    const text = `UPDATE erasure SET state = 'running' WHERE id = $1`;
    await world.database.query(text, [begun.erasureId]);
    const { erasureId: running } = begun;
    await begun.person.call('erasure.cancel', { erasureId: running }).refused('erasure_begun');
  });

  it('is refused as not_found to others, and as forbidden where the other kind of person asked for it', async () => {
    const { erasureId, person } = await asked();
    const stranger = await world.person('Stranger');
    const moderator = await world.person('Moderator', { role: 'moderator' });
    for (const who of [stranger, moderator])
      await who.call('erasure.cancel', { erasureId }).refused('not_found');
    const nothing = randomUUID() as ErasureId;
    await person.call('erasure.cancel', { erasureId: nothing }).refused('not_found');
    const admin = await administrator(world);
    await admin.person.call('erasure.cancel', { erasureId }).refused('forbidden');
    const bob = await author(world, 'Bob');
    const { userId } = bob.person;
    const wish = { userId, password: admin.resident.password, reason: 'left' };
    const other = await admin.person.call('erasure.request-for', wish).accepted();
    await bob.person.call('erasure.cancel', { erasureId: other.erasureId }).refused('forbidden');
    await admin.person.call('erasure.cancel', { erasureId: other.erasureId }).accepted();
  });

  it('leaves nothing that would begin when its time comes', async () => {
    world.clock.forward(60_000); // its node may take the job of the other one, and is not to find it early
    const quick = await World.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
    try {
      const { person, resident } = await author(quick);
      const { password } = resident;
      const { erasureId } = await person.call('erasure.request', { password }).accepted();
      // Either it had begun by then, or it was taken back: never both.
      const taken = await person.call('erasure.cancel', { erasureId });
      await becomes(quick, erasureId, taken.ok ? 'cancelled' : 'done');
    } finally {
      await quick.end();
    }
  });
});
