/** What is refused to nobody in particular is told at once, told together when it repeats, and never fills the log. */
import assert from 'node:assert/strict';
import { Signals, type Signal } from '../../src/audit/signals.ts';
import type { RefusalCode } from '../../src/contract/index.ts';
import { Refusal, type Origin } from '../../src/kernel/index.ts';

describe('security signals', () => {
  /** Signals whose time passes by `pass()`. */
  function listening() {
    const raised: Signal[] = [];
    const due: (() => void)[] = [];
    const later = (milliseconds: number, task: () => void) => {
      assert.equal(milliseconds, 10_000);
      due.push(task);
      return () => void due.splice(due.indexOf(task), 1);
    };
    const signals = new Signals(later, (signal) => raised.push(signal));
    const note = (address: string, code: RefusalCode = 'origin_not_allowed', trace = 'first') => {
      const origin: Origin = {
        transport: 'http',
        address,
        userAgent: 'Canary',
        connectionId: null,
      };
      signals.note('session.refresh', origin, trace, new Refusal(code));
    };
    const pass = () => {
      for (const task of due.splice(0)) task();
    };
    const counts = () => raised.splice(0).map(({ address, count }) => [address, count]);
    return { raised, due, note, pass, counts, flush: () => signals.flush() };
  }

  it('say what was refused, how serious that is, and no more of the address than tells it apart', () => {
    const { raised, note } = listening();
    note('203.0.113.9');
    assert.deepEqual(raised, [
      {
        type: 'authorization_failed',
        severity: 'warning',
        action: 'session.refresh',
        result: 'origin_not_allowed',
        transport: 'http',
        address: '203.0.113.*',
        count: 1,
        traceId: 'first',
      },
    ]);
  });

  it('are raised at once, and for what repeats once more, with its count, for each who asks', () => {
    const { note, pass, counts } = listening();
    for (let i = 0; i < 5; i += 1) note('203.0.113.9');
    note('203.0.113.9', 'ambiguous_credential');
    note('2001:db8:1:2::1');
    note('2001:db8:1:2::ffff');
    assert.deepEqual(counts(), [
      ['203.0.113.*', 1],
      ['203.0.113.*', 1],
      ['2001:db8:1:*', 1],
    ]);
    pass();
    assert.deepEqual(counts(), [
      ['203.0.113.*', 4],
      ['2001:db8:1:*', 1],
    ]);
    note('203.0.113.9');
    assert.deepEqual(counts(), [['203.0.113.*', 1]], 'a new one is told at once again');
  });

  it('are a bounded number however many ask, and none of them is uncounted', () => {
    const { note, pass, counts } = listening();
    for (let i = 0; i < 1_000; i += 1) note(`198.51.${Math.floor(i / 250)}.${i % 250}`);
    const atOnce = counts();
    pass();
    const together = counts();
    assert.deepEqual([atOnce.length, together.length], [101, 1]);
    const all = [...atOnce, ...together].reduce((sum, [, count]) => sum + Number(count), 0);
    assert.deepEqual([all, together], [1_000, [[null, 899]]]);
  });

  it('are nothing for a mistake that is no threat', () => {
    const { raised, due, note } = listening();
    for (const code of ['invalid_input', 'overloaded', 'internal'] as const)
      note('203.0.113.9', code);
    assert.deepEqual([raised, due], [[], []]);
  });

  it('leave nothing untold when the server stops, and nothing running', () => {
    const { due, note, flush, counts } = listening();
    for (let i = 0; i < 3; i += 1) note('unknown');
    flush();
    assert.deepEqual(
      [counts(), due],
      [
        [
          [null, 1],
          [null, 2],
        ],
        [],
      ],
    );
  });
});
