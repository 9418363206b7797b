/** A hold is lifted by another administrator than placed it, once, with their password. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { HoldId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { audited, rows } from '../../chat/support.ts';
import { administrator, author, type Author } from '../support.ts';

describe('hold.lift', () => {
  let world: World;
  let boss: Author;
  let other: Author;
  before(async () => {
    world = await World.create();
    [boss, other] = [await administrator(world), await administrator(world, 'Other')];
  });
  after(() => world.end());

  async function placed(): Promise<HoldId> {
    const { person } = await author(world);
    const { userId } = person;
    const wish = { userId, reason: 'case 7', password: boss.resident.password };
    return (await boss.person.call('hold.place', wish).accepted()).holdId;
  }
  const lift = (holdId: HoldId, by: Author, password = by.resident.password) =>
    by.person.call('hold.lift', { holdId, password });

  it('is done by another one, once, and is on record with both of them', async () => {
    const holdId = await placed();
    assert.deepEqual(await lift(holdId, other).accepted(), { lifted: true, resumed: 0 });
    const [row] = await rows(world, 'SELECT * FROM legal_hold WHERE id = $1', holdId);
    assert.deepEqual(
      [row?.['placed_by'], row?.['lifted_by']],
      [boss.person.userId, other.person.userId],
    );
    const [event] = await audited(world, 'hold.lift', holdId);
    assert.equal(event?.['actor_id'], other.person.userId);
    await lift(holdId, other).refused('not_found');
  });

  it('is refused as second_person to who placed it, by the database too', async () => {
    const holdId = await placed();
    await lift(holdId, boss).refused('second_person');
    const text = 'UPDATE legal_hold SET lifted_by = placed_by, lifted_at = now() WHERE id = $1';
    await assert.rejects(world.database.query(text, [holdId]), /two_people/);
    await lift(holdId, other).accepted();
  });

  it('is refused as invalid_credentials with another password, as not_found where there is none', async () => {
    const holdId = await placed();
    await lift(holdId, other, 'Wrong-1234').refused('invalid_credentials');
    await lift(randomUUID() as HoldId, other).refused('not_found');
    const { person, resident } = await author(world);
    const { password } = resident;
    await person.call('hold.lift', { holdId, password }).refused('forbidden');
  });
});
