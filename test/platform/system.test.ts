/** Ids are as random as each alone would be, and say when they were made; secrets are asked of the system one by one. */
import assert from 'node:assert/strict';
import { systemEntropy } from '../../src/platform/system.ts';
import { HandClock } from '../support/hand-clock.ts';

/** What stands in an id beside the 48 bits of its time, its version and its variant (RFC 9562, 5.7). */
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

  it('have every bit of their random part set in about half of them', () => {
    const parts = ids(MANY).map((id) => BigInt(`0x${randomPart(id).slice(6)}`));
    for (let bit = 0n; bit < 48n; bit += 1n) {
      const set = parts.filter((part) => (part >> bit) & 1n).length;
      // Six standard deviations of a fair coin: one false alarm in ten million runs.
      assert.ok(Math.abs(set - MANY / 2) < 6 * Math.sqrt(MANY / 4), `bit ${bit}: ${set}`);
    }
  });
});
