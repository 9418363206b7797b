/** Taking back is as easy as giving: one row, whenever it is said, and none where there was nothing to take back. */
import assert from 'node:assert/strict';
import { misshapen, rows } from '../../chat/support.ts';
import { gives, ledgerOf } from '../../consented/support.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';

describe('consent.withdraw', () => {
  let world: World;
  let ada: Person;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    ada = await world.person('Ada');
  });
  after(() => world.end());

  const good = { purpose: 'mention-mail' } as const;

  it('writes one row for what was granted, and none for what was not', async () => {
    assert.deepEqual(await ada.call('consent.withdraw', good).accepted(), { changed: false });
    await gives(ada, 'mention-mail');
    const cli = { ...good, source: 'cli' } as const;
    assert.deepEqual(await ada.call('consent.withdraw', cli).accepted(), { changed: true });
    assert.deepEqual(await ada.call('consent.withdraw', good).accepted(), { changed: false });
    const stored = await ledgerOf(world, ada);
    assert.deepEqual(
      stored.map(({ decision, version, source }) => [decision, version, source]),
      [
        ['granted', 1, 'sdk'],
        ['withdrawn', 1, 'cli'],
      ],
    );
    const text = `SELECT details->>'changed' AS changed FROM audit_event
      WHERE action = 'consent.withdraw' AND actor_id = $1 ORDER BY at, id`;
    const traces = await rows<{ changed: string }>(world, text, ada.userId);
    assert.deepEqual(
      traces.map(({ changed }) => changed),
      ['false', 'true', 'false'],
    );
  });

  it('takes back what was given to an older text, too', async () => {
    await gives(ada, 'analytics');
    await rows(world, 'UPDATE consent SET version = 7 WHERE user_id = $1', ada.userId);
    const answer = await ada.call('consent.withdraw', { purpose: 'analytics' }).accepted();
    assert.equal(answer.changed, true);
    const stored = await ledgerOf(world, ada);
    assert.deepEqual(stored.at(-1)?.version, 7);
  });

  it('leaves the rows to be added to only: the server may neither change nor remove one', async () => {
    const text = `SELECT privilege_type AS may FROM information_schema.role_table_grants
      WHERE grantee = 'conclave_app' AND table_name = 'consent' ORDER BY may`;
    const may = await rows<{ may: string }>(world, text);
    assert.deepEqual(
      may.map((one) => one.may),
      ['INSERT', 'SELECT'],
    );
  });

  it('is refused as invalid_input for another person, an unknown purpose and other shapes', async () => {
    const bob = await world.person('Bob');
    await misshapen(world, ada, 'consent.withdraw', good, {
      'another person': { userId: bob.userId },
      'an unknown purpose': { purpose: 'advertising' },
      'all at once': { purpose: null },
    });
    await ada.call('consent.withdraw', { purpose: 'x' } as never).refused('invalid_input');
  });
});
