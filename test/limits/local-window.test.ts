/** Never more calls in any stretch of the window's length, never fewer than a sixtieth stricter, and honest about when. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LocalWindows } from '../../src/limits/index.ts';
import { HandClock, HOUR, MINUTE, SECOND } from '../support/hand-clock.ts';

const START = Date.parse('2031-05-05T10:00:00.123Z');
/** The share of a window by which a call may be counted longer than it must be. */
const PARTS = 60;

interface Schedule {
  readonly milliseconds: number;
  readonly calls: number;
  readonly pauses: readonly number[];
}

const schedule: fc.Arbitrary<Schedule> = fc
  .constantFrom(5 * SECOND, MINUTE, HOUR, 7_777)
  .chain((milliseconds) =>
    fc.record({
      milliseconds: fc.constant(milliseconds),
      calls: fc.integer({ min: 1, max: 12 }),
      pauses: fc.array(
        fc.oneof(
          fc.integer({ min: 0, max: Math.ceil(milliseconds / 10) }),
          fc.constantFrom(0, 1, milliseconds - 1, milliseconds, Math.ceil(milliseconds / PARTS)),
        ),
        { minLength: 1, maxLength: 80, size: 'max' },
      ),
    }),
  );

describe('a window of one node', () => {
  const fresh = () => {
    const clock = new HandClock(START);
    const windows = new LocalWindows(() => clock.now().getTime());
    const one = (key: string, milliseconds: number, calls: number) => [
      { key, milliseconds, calls },
    ];
    return {
      clock,
      windows: {
        peek: (key: string, milliseconds: number, calls: number) =>
          windows.look(one(key, milliseconds, calls))[0] ?? assert.fail(),
        add: (key: string, milliseconds: number) => windows.add(one(key, milliseconds, 0)),
        size: () => windows.size,
      },
    };
  };

  it('agrees with an exact count to a sixtieth of its length, and is never more generous', () => {
    fc.assert(
      fc.property(schedule, ({ milliseconds, calls, pauses }) => {
        const { clock, windows } = fresh();
        const taken: number[] = [];
        for (const pause of pauses) {
          clock.forward(pause);
          const now = clock.now().getTime();
          const within = (length: number) => taken.filter((at) => at > now - length).length;
          const { allowed, remaining } = windows.peek('k', milliseconds, calls);
          const strict = within(milliseconds);
          const lenient = within(milliseconds + milliseconds / PARTS);
          if (strict >= calls) assert.equal(allowed, false, 'more than allowed in one stretch');
          if (lenient < calls) assert.equal(allowed, true, 'refused without need');
          if (!allowed) {
            assert.equal(remaining, 0);
            continue;
          }
          assert.ok(remaining <= calls - strict - 1 && remaining >= calls - lenient - 1);
          windows.add('k', milliseconds);
          taken.push(now);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('counts every call of one and the same millisecond', () => {
    const { windows } = fresh();
    const take = () => {
      const { allowed } = windows.peek('k', MINUTE, 5);
      if (allowed) windows.add('k', MINUTE);
      return allowed;
    };
    assert.deepEqual(Array.from({ length: 7 }, take), [true, true, true, true, true, false, false]);
  });

  it('tells how many are left, and when the next one is allowed: then, and not a moment before', () => {
    fc.assert(
      fc.property(schedule, ({ milliseconds, calls, pauses }) => {
        const { clock, windows } = fresh();
        for (const pause of pauses) {
          clock.forward(pause);
          const { allowed, remaining, resetMs } = windows.peek('k', milliseconds, calls);
          if (allowed) {
            windows.add('k', milliseconds);
            const next = windows.peek('k', milliseconds, calls);
            assert.equal(next.allowed ? next.remaining + 1 : 0, remaining);
            continue;
          }
          assert.ok(resetMs > 0);
          clock.forward(resetMs - 1);
          assert.equal(windows.peek('k', milliseconds, calls).allowed, false, 'a moment before');
          clock.forward(1);
          assert.equal(windows.peek('k', milliseconds, calls).allowed, true, 'then');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is whole again when it said it would be', () => {
    const { clock, windows } = fresh();
    windows.add('k', MINUTE);
    clock.forward(10 * SECOND);
    const { remaining, resetMs } = windows.peek('k', MINUTE, 3);
    assert.equal(remaining, 1);
    windows.add('k', MINUTE);
    clock.forward(resetMs - 1);
    assert.equal(windows.peek('k', MINUTE, 3).remaining, 1);
    clock.forward(1);
    assert.equal(windows.peek('k', MINUTE, 3).remaining, 2);
  });

  it('counts by looking nothing, and each key for itself', () => {
    const { windows } = fresh();
    for (let i = 0; i < 10; i += 1) assert.equal(windows.peek('one', MINUTE, 3).remaining, 2);
    windows.add('one', MINUTE);
    assert.equal(windows.peek('one', MINUTE, 3).remaining, 1);
    assert.equal(windows.peek('two', MINUTE, 3).remaining, 2);
    assert.equal(windows.size(), 1, 'and remembers no key that was only looked at');
  });

  it('forgives nothing when the clock is set back', () => {
    const { clock, windows } = fresh();
    for (let i = 0; i < 3; i += 1) windows.add('k', MINUTE);
    clock.forward(-30 * SECOND);
    const { allowed, resetMs } = windows.peek('k', MINUTE, 3);
    assert.equal(allowed, false);
    clock.forward(resetMs);
    assert.equal(windows.peek('k', MINUTE, 3).allowed, true);
  });

  it('locks nobody out for longer than its length, however far the clock is set back', () => {
    const { clock, windows } = fresh();
    for (let i = 0; i < 3; i += 1) windows.add('k', MINUTE);
    clock.forward(-HOUR);
    const { allowed, resetMs } = windows.peek('k', MINUTE, 3);
    assert.ok(!allowed && resetMs <= MINUTE + SECOND, `${resetMs} ms`);
    clock.forward(resetMs);
    assert.equal(windows.peek('k', MINUTE, 3).allowed, true);
  });

  it('remembers fifty thousand keys and forgets the one that was seen longest ago', () => {
    const { windows } = fresh();
    for (let i = 0; i < 50_000; i += 1) windows.add(`k${i}`, MINUTE);
    assert.equal(windows.peek('k0', MINUTE, 1).allowed, false);
    windows.add('one more', MINUTE);
    assert.equal(windows.peek('k0', MINUTE, 1).allowed, false);
    assert.equal(windows.peek('k1', MINUTE, 1).allowed, true);
    assert.equal(windows.size(), 50_000);
  });
});
