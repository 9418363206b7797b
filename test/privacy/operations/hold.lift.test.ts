/** A hold is lifted by another administrator than placed it, once, with their password. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { HoldId } from '../../../src/contract/index.ts';
import { audited, rows } from '../../chat/support.ts';
import { HoldWorld } from '../holding.ts';
import { author, type Author } from '../support.ts';

describe('hold.lift', () => {
  let at: HoldWorld;
  before(async () => {
    at = await HoldWorld.create();
  });
  after(() => at.end());

  const lift = (holdId: HoldId, by: Author, password = by.resident.password) =>
    by.person.call('hold.lift', { holdId, password });

  it('is done by another one, once, and is on record with both of them', async () => {
    const holdId = await at.placed();
    assert.deepEqual(await lift(holdId, at.other).accepted(), { lifted: true, resumed: 0 });
    const [row] = await rows(at.world, 'SELECT * FROM legal_hold WHERE id = $1', holdId);
    assert.deepEqual(
      [row?.['placed_by'], row?.['lifted_by']],
      [at.boss.person.userId, at.other.person.userId],
    );
    const [event] = await audited(at.world, 'hold.lift', holdId);
    assert.equal(event?.['actor_id'], at.other.person.userId);
    await lift(holdId, at.other).refused('not_found');
  });

  it('is refused as second_person to who placed it, by the database too', async () => {
    const holdId = await at.placed();
    await lift(holdId, at.boss).refused('second_person');
    const text = 'UPDATE legal_hold SET lifted_by = placed_by, lifted_at = now() WHERE id = $1';
    await assert.rejects(at.world.database.query(text, [holdId]), /two_people/);
    await lift(holdId, at.other).accepted();
  });

  it('is refused as invalid_credentials with another password, as not_found where there is none', async () => {
    const holdId = await at.placed();
    await lift(holdId, at.other, 'Wrong-1234').refused('invalid_credentials');
    await lift(randomUUID() as HoldId, at.other).refused('not_found');
    const { person, resident } = await author(at.world);
    const { password } = resident;
    await person.call('hold.lift', { holdId, password }).refused('forbidden');
  });
});
