/** The checker is checked: it has nothing to say of a sound history, and names what is wrong with each damaged one. */
import assert from 'node:assert/strict';
import { invalid, violations } from './checker.ts';
import { DAMAGES } from './damages.ts';
import { soundHistory, type Damageable } from './sound-history.ts';

const check = (history: Damageable) => violations(history, { revocationBoundMs: 800 });

describe('the checker of histories', () => {
  it('finds nothing in a history in which everything was kept', () => {
    assert.deepEqual(check(soundHistory()), []);
  });

  it('knows at least thirty damages', () => {
    assert.ok(Object.keys(DAMAGES).length >= 30, `${Object.keys(DAMAGES).length}`);
  });

  for (const [name, { finds, damage }] of Object.entries(DAMAGES))
    it(`finds ${name}: ${finds}`, () => {
      const history = soundHistory();
      damage(history);
      const checks = new Set(check(history).map((violation) => violation.check));
      assert.ok(checks.has(finds), `found ${[...checks].join(', ') || 'nothing'}`);
    });

  it('takes a run for invalid that proves nothing', () => {
    const acked = 80;
    const sound = soundHistory();
    assert.equal(invalid(sound, acked), null);
    assert.equal(invalid(sound), 'only 80 sends were acknowledged, not 1000');
    assert.equal(invalid({ ...sound, faults: [] }, acked), 'no fault was injected');
    const faults = [{ name: 'too late', from: 9_000, to: 9_500 }];
    assert.equal(invalid({ ...sound, faults }, acked), 'nothing was sent while a fault lasted');
  });
});
