/** Agreeing is an act of one person, to one text: said twice it is one row, and to a text that changed it is none. */
import assert from 'node:assert/strict';
import { misshapen, rows } from '../../chat/support.ts';
import { ledgerOf } from '../../consented/support.ts';
import { DAY } from '../../support/hand-clock.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';

describe('consent.give', () => {
  let world: World;
  let ada: Person;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    ada = await world.person('Ada');
  });
  after(() => world.end());

  const good = { purpose: 'analytics', version: 1 } as const;

  it('writes one row, however often it is said, and leaves a trace of each time', async () => {
    const source = 'web';
    assert.deepEqual(await ada.call('consent.give', { ...good, source }).accepted(), {
      changed: true,
    });
    assert.deepEqual(await ada.call('consent.give', good).accepted(), { changed: false });
    const stored = await ledgerOf(world, ada);
    assert.deepEqual(
      stored.map((row) => [row.seq, row.purpose, row.version, row.decision, row.source]),
      [[1, 'analytics', 1, 'granted', 'web']],
    );
    const text = `SELECT details FROM audit_event WHERE action = 'consent.give' AND actor_id = $1 ORDER BY at, id`;
    const traces = await rows<{ details: object }>(world, text, ada.userId);
    assert.deepEqual(
      traces.map(({ details }) => details),
      [
        { purpose: 'analytics', version: 1, source: 'web', changed: true },
        { purpose: 'analytics', version: 1, source: 'sdk', changed: false },
      ],
    );
  });

  it('keeps whence it was said under the key of who said it', async () => {
    await ada.call('consent.give', good).accepted();
    const [stored] = await ledgerOf(world, ada);
    const sealed = stored?.address_sealed;
    assert.ok(sealed && sealed.length > 20 && !sealed.includes('127.0.0.1'));
    // In another place it does not open: a row that was swapped shows.
    await ada.call('consent.withdraw', { purpose: good.purpose }).accepted();
    const swap = 'UPDATE consent SET address_sealed = $2 WHERE user_id = $1 AND seq = 2';
    await rows(world, swap, ada.userId, sealed);
    const { acts } = await ada.call('consent.history', {}).accepted();
    assert.deepEqual(
      acts.map(({ address }) => address),
      [null, '127.0.0.*'],
    );
  });

  it('is refused as text_changed for another version of the text, older or unheard of', async () => {
    await ada.call('consent.give', { ...good, version: 2 }).refused('text_changed');
    await ada.call('consent.give', { ...good, version: 1_000_000 }).refused('text_changed');
    assert.deepEqual(await ledgerOf(world, ada), []);
  });

  it('cannot be said for somebody else: an input that names one is refused', async () => {
    const bob = await world.person('Bob');
    const admin = await world.person('Admin', { role: 'admin' });
    for (const who of [ada, admin])
      await who
        .call('consent.give', { ...good, userId: bob.userId } as never)
        .refused('invalid_input');
    assert.deepEqual(await ledgerOf(world, bob), []);
  });

  it('is refused as invalid_input for a purpose that there is not, and other shapes', async () => {
    await misshapen(world, ada, 'consent.give', good, {
      'an unknown purpose': { purpose: 'advertising' },
      'several purposes': { purpose: ['analytics', 'mention-mail'] },
      'no version': { version: undefined },
      'a version of nothing': { version: 0 },
      'half a version': { version: 1.5 },
      'a source that no program is': { source: 'admin' },
    });
  });

  it('counts by its place and not by the clock, whichever way that jumps', async () => {
    const say = async (name: 'consent.give' | 'consent.withdraw') => {
      const input = name === 'consent.give' ? good : { purpose: good.purpose };
      await ada.call(name, input).accepted();
      const { consents } = await ada.call('consent.list', {}).accepted();
      return consents.find(({ purpose }) => purpose === good.purpose)?.consented;
    };
    try {
      assert.equal(await say('consent.give'), true);
      world.clock.set(-DAY);
      assert.equal(await say('consent.withdraw'), false);
      world.clock.set(-DAY);
      assert.equal(await say('consent.give'), true);
    } finally {
      world.clock.set(2 * DAY);
    }
    const places = (await ledgerOf(world, ada)).map(({ seq, decision }) => [seq, decision]);
    assert.deepEqual(places, [
      [1, 'granted'],
      [2, 'withdrawn'],
      [3, 'granted'],
    ]);
  });
});
