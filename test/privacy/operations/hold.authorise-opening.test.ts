/** The code that what a hold keeps is opened with comes from another administrator than placed it, with their password, on record. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { HoldId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import { audited, rows } from '../../chat/support.ts';
import { administrator, author, type Author } from '../support.ts';

const HOUR = 60 * 60_000;

describe('hold.authorise-opening', () => {
  let world: World;
  let boss: Author;
  let other: Author;
  before(async () => {
    world = await World.create();
    [boss, other] = [await administrator(world), await administrator(world, 'Other')];
  });
  after(() => world.end());

  async function placed(): Promise<HoldId> {
    const { userId } = await world.person('Ada');
    const wish = { userId, reason: 'case 7', password: boss.resident.password };
    return (await boss.person.call('hold.place', wish).accepted()).holdId;
  }
  const authorise = (holdId: HoldId, by: Author, password = by.resident.password) =>
    by.person.call('hold.authorise-opening', { holdId, reason: 'court order', password });
  const opening = async (holdId: HoldId) => {
    const text = 'SELECT opening_by, opening_digest, opening_until FROM legal_hold WHERE id = $1';
    return (await rows(world, text, holdId))[0];
  };

  it('is given once, is good for an hour, and is kept as a digest, with who gave it out', async () => {
    const holdId = await placed();
    const { code, expiresAt } = await authorise(holdId, other).accepted();
    assert.equal(expiresAt, world.clock.now().getTime() + HOUR);
    assert.match(code, new RegExp(`^ch1\\.${world.workspaceId}\\.${holdId}\\.[\\w-]{43}$`));
    const first = await opening(holdId);
    assert.equal(first?.['opening_by'], other.person.userId);
    assert.equal((first['opening_until'] as Date).getTime(), expiresAt);
    const again = await authorise(holdId, other).accepted();
    assert.notEqual(again.code, code);
    assert.notDeepEqual((await opening(holdId))?.['opening_digest'], first['opening_digest']);
    const [event] = await audited(world, 'hold.authorise-opening', holdId);
    assert.equal(event?.['actor_id'], other.person.userId);
    const secret = code.split('.').at(-1) ?? '';
    const stored = await rows(
      world,
      `SELECT to_jsonb(h)::text || coalesce(string_agg(to_jsonb(e)::text, ''), '') AS all FROM legal_hold h
       LEFT JOIN audit_event e ON e.resource_id = h.id WHERE h.id = $1 GROUP BY h.*`,
      holdId,
    );
    assert.ok(secret !== '' && !String(stored[0]?.['all']).includes(secret));
  });

  it('is refused as second_person to who placed the hold, by the database too', async () => {
    const holdId = await placed();
    await authorise(holdId, boss).refused('second_person');
    const text = `UPDATE legal_hold SET opening_by = placed_by, opening_until = now(),
      opening_digest = sha256('a') WHERE id = $1`;
    await assert.rejects(world.database.query(text, [holdId]), /opened_by_another/);
    assert.equal((await opening(holdId))?.['opening_by'], null);
  });

  it('is refused as invalid_credentials with another password, as not_found where there is no hold or none any more', async () => {
    const holdId = await placed();
    await authorise(holdId, other, 'Wrong-1234').refused('invalid_credentials');
    await authorise(randomUUID() as HoldId, other).refused('not_found');
    const { password } = other.resident;
    await other.person.call('hold.lift', { holdId, password }).accepted();
    await authorise(holdId, other).refused('not_found');
    assert.equal((await opening(holdId))?.['opening_by'], null);
  });

  it('is refused as forbidden to everybody else', async () => {
    await authorise(await placed(), await author(world)).refused('forbidden');
  });
});
