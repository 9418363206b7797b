/** The load is sent by the clock: neither a slow answer nor a stalled process makes it less. */
import assert from 'node:assert/strict';
import { onSchedule } from '../../bench/load/schedule.ts';

describe('the schedule of a run', () => {
  it('sends everything that has become due after a stall, each with the time at which it was due', async () => {
    const due: number[] = [];
    const late: number[] = [];
    await onSchedule(40, 1_000, (message, dueAt, now) => {
      due.push(dueAt);
      late.push(now - dueAt);
      if (message !== 5) return;
      for (const until = performance.now() + 30; performance.now() < until;);
    });
    assert.equal(due.length, 40);
    for (const [i, at] of due.entries()) {
      const expected = (due[0] ?? 0) + i;
      assert.ok(Math.abs(at - expected) < 0.001, `message ${i} was due at another time`);
    }
    assert.ok(late.every((each) => each >= 0));
    assert.ok((late[6] ?? 0) > 25, 'what a stall held up counts as late');
  });
});
