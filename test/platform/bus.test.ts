/** Packets that were dropped are counted one by one and told of together: an attack is seen, and cannot fill the log. */
import assert from 'node:assert/strict';
import { busCounts, drops } from '../../src/platform/bus/counts.ts';

describe('packets that the bus drops', () => {
  it('are all counted, told of once for all that came meanwhile, and then gathered anew', () => {
    const due: (() => void)[] = [];
    const told: Readonly<Record<string, number>>[] = [];
    const later = (_milliseconds: number, task: () => void) => {
      due.push(task);
      return () => {
        due.splice(due.indexOf(task), 1);
      };
    };
    const counts = busCounts();
    const dropping = drops(counts, later, (byFault) => {
      told.push(byFault);
    });
    for (let i = 0; i < 1_000; i += 1) dropping.count('forged');
    dropping.count('stale');
    assert.equal(due.length, 1);
    assert.equal(told.length, 0);
    due.shift()?.();
    assert.deepEqual(told, [{ forged: 1_000, stale: 1 }]);
    assert.equal(due.length, 0, 'nobody is told of nothing');
    dropping.count('forged');
    due.shift()?.();
    assert.deepEqual(told.at(-1), { forged: 1 });
    assert.deepEqual(Object.fromEntries(counts.dropped), { forged: 1_001, stale: 1 });
    dropping.count('forged');
    dropping.end();
    assert.equal(due.length, 0);
  });
});
