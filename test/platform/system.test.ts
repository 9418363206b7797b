/** Ids say when they were made, sort by it, and never come twice, whoever makes them. */
import assert from 'node:assert/strict';
import { systemEntropy } from '../../src/platform/system.ts';
import { HandClock } from '../support/hand-clock.ts';

/** What stands in an id beside the 48 bits of its time, its version and its variant (RFC 9562, 5.7): counter and chance. */
const randomPart = (id: string) => `${id.slice(15, 18)}${id.slice(20, 23)}${id.slice(24)}`;
const MANY = 2_000;

describe('ids', () => {
  const clock = new HandClock();
  const entropy = systemEntropy(clock);
  const ids = (count: number) => Array.from({ length: count }, () => entropy.id());

  it('are version 7, with the time of the clock that was given', () => {
    for (const id of ids(10)) {
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), clock.now().getTime());
    }
  });

  it('never come twice, also not those of another maker at the same time', () => {
    const others = systemEntropy(clock);
    const all = [...ids(MANY), ...Array.from({ length: MANY }, () => others.id())];
    assert.equal(new Set(all.map(randomPart)).size, 2 * MANY);
  });

  it('sort in the order in which they were made, also within a millisecond', () => {
    const all = ids(MANY);
    clock.forward(1);
    all.push(...ids(MANY));
    assert.deepEqual([...all].sort(), all);
  });

  it('have every bit of what is not counted set in about half of them', () => {
    const parts = ids(MANY).map((id) => BigInt(`0x${id.slice(24)}`));
    for (let bit = 0n; bit < 42n; bit += 1n) {
      const set = parts.filter((part) => (part >> bit) & 1n).length;
      // Six standard deviations of a fair coin: one false alarm in ten million runs.
      assert.ok(Math.abs(set - MANY / 2) < 6 * Math.sqrt(MANY / 4), `bit ${bit}: ${set}`);
    }
  });
});
