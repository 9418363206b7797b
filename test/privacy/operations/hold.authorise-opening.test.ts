/** The code that what a hold keeps is opened with comes from another administrator than placed it, with their password, on record. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { HoldId } from '../../../src/contract/index.ts';
import { audited, rows } from '../../chat/support.ts';
import { HoldWorld } from '../holding.ts';
import { author, type Author } from '../support.ts';

const HOUR = 60 * 60_000;

describe('hold.authorise-opening', () => {
  let at: HoldWorld;
  before(async () => {
    at = await HoldWorld.create();
  });
  after(() => at.end());

  const authorise = (holdId: HoldId, by: Author, password = by.resident.password) =>
    by.person.call('hold.authorise-opening', { holdId, reason: 'court order', password });
  const opening = async (holdId: HoldId) => {
    const text = 'SELECT opening_by, opening_digest, opening_until FROM legal_hold WHERE id = $1';
    return (await rows(at.world, text, holdId))[0];
  };

  it('is given once, is good for an hour, and is kept as a digest, with who gave it out', async () => {
    const holdId = await at.placed();
    const { code, expiresAt } = await authorise(holdId, at.other).accepted();
    assert.equal(expiresAt, at.world.clock.now().getTime() + HOUR);
    assert.match(code, new RegExp(`^ch1\\.${at.world.workspaceId}\\.${holdId}\\.[\\w-]{43}$`));
    const first = await opening(holdId);
    assert.equal(first?.['opening_by'], at.other.person.userId);
    assert.equal((first['opening_until'] as Date).getTime(), expiresAt);
    const again = await authorise(holdId, at.other).accepted();
    assert.notEqual(again.code, code);
    assert.notDeepEqual((await opening(holdId))?.['opening_digest'], first['opening_digest']);
    const [event] = await audited(at.world, 'hold.authorise-opening', holdId);
    assert.equal(event?.['actor_id'], at.other.person.userId);
    const secret = code.split('.').at(-1) ?? '';
    const stored = await rows(
      at.world,
      `SELECT to_jsonb(h)::text || coalesce(string_agg(to_jsonb(e)::text, ''), '') AS all FROM legal_hold h
       LEFT JOIN audit_event e ON e.resource_id = h.id WHERE h.id = $1 GROUP BY h.*`,
      holdId,
    );
    assert.ok(secret !== '' && !String(stored[0]?.['all']).includes(secret));
  });

  it('is refused as second_person to who placed the hold, by the database too', async () => {
    const holdId = await at.placed();
    await authorise(holdId, at.boss).refused('second_person');
    const text = `UPDATE legal_hold SET opening_by = placed_by, opening_until = now(),
      opening_digest = sha256('a') WHERE id = $1`;
    await assert.rejects(at.world.database.query(text, [holdId]), /opened_by_another/);
    assert.equal((await opening(holdId))?.['opening_by'], null);
  });

  it('is refused as invalid_credentials with another password, as not_found where there is no hold or none any more', async () => {
    const holdId = await at.placed();
    await authorise(holdId, at.other, 'Wrong-1234').refused('invalid_credentials');
    await authorise(randomUUID() as HoldId, at.other).refused('not_found');
    const { password } = at.other.resident;
    await at.other.person.call('hold.lift', { holdId, password }).accepted();
    await authorise(holdId, at.other).refused('not_found');
    assert.equal((await opening(holdId))?.['opening_by'], null);
  });

  it('is refused as forbidden to everybody else', async () => {
    await authorise(await at.placed(), await author(at.world)).refused('forbidden');
  });
});
