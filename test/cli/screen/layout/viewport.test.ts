/** What is seen of a long list stays where it is, whatever happens above and below; scrolling goes there and back. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lineOf, textOf } from '../../../../src/cli/screen/layout/line.ts';
import {
  placeBelow,
  scrolled,
  visible,
  type Block,
  type Blocks,
  type Place,
} from '../../../../src/cli/screen/layout/viewport.ts';

interface Entry {
  readonly key: string;
  /** Lines of its own, and of what stands above it. */
  readonly own: number;
  readonly above: number;
}

class List implements Blocks {
  readonly laidOut = new Set<number>();
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  get count(): number {
    return this.#entries.length;
  }

  at(index: number): Block {
    this.laidOut.add(index);
    const { key, own, above } = this.#entry(index);
    const over = Array.from({ length: above }, (_, n) => lineOf(`${key}^${n}`));
    const lines = Array.from({ length: own }, (_, n) => lineOf(`${key}.${n}`));
    return { lines: [...over, ...lines], body: above };
  }

  keyOf(index: number): string {
    return this.#entry(index).key;
  }

  indexOf(key: string): number | null {
    const index = this.#entries.findIndex((entry) => entry.key === key);
    return index < 0 ? null : index;
  }

  #entry(index: number): Entry {
    const entry = this.#entries[index];
    assert.ok(entry, `there is no ${index}`);
    return entry;
  }
}

const entries = (...sizes: number[]): Entry[] =>
  sizes.map((own, n) => ({ key: String(n + 1), own, above: 0 }));
const seenAt = (list: Blocks, place: Place, height: number) =>
  visible(list, place, height).lines.map(textOf);

describe('A viewport', () => {
  it('shows the end, and lays out no more than it shows', () => {
    const list = new List(entries(...Array.from({ length: 1_000 }, () => 2)));
    assert.deepEqual(seenAt(list, 'end', 3), ['999.1', '1000.0', '1000.1']);
    assert.ok(list.laidOut.size <= 3);
    assert.deepEqual(seenAt(new List([]), 'end', 3), []);
    assert.deepEqual(seenAt(new List(entries(1)), 'end', 3), ['1.0']);
  });

  it('scrolls by lines, stops at both ends, and comes to stay at the newest', () => {
    const list = new List(entries(1, 3, 1, 2));
    const up = scrolled(list, 'end', 3, -2);
    assert.deepEqual(seenAt(list, up, 3), ['2.1', '2.2', '3.0']);
    const top = scrolled(list, up, 3, -100);
    assert.deepEqual(seenAt(list, top, 3), ['1.0', '2.0', '2.1']);
    assert.equal(visible(list, top, 3).isAtBegin, true);
    assert.equal(scrolled(list, top, 3, 100), 'end');
    assert.equal(scrolled(list, up, 3, 2), 'end');
  });

  it('can have an entry at its top, unless there is not enough below it', () => {
    const list = new List(entries(1, 3, 1, 2));
    assert.deepEqual(seenAt(list, placeBelow(list, 1, 3), 3), ['2.0', '2.1', '2.2']);
    assert.equal(placeBelow(list, 3, 3), 'end');
  });

  it('stays where it is when entries come above and below, and decorations change', () => {
    const before = entries(2, 2, 2, 2, 2).map((entry) => ({ ...entry, above: 1 }));
    const place = scrolled(new List(before), 'end', 4, -5);
    const seen = seenAt(new List(before), place, 4);
    assert.deepEqual(seen, ['3^0', '3.0', '3.1', '4^0'].slice(0, 4));
    const older = entries(3, 3).map((entry) => ({ ...entry, key: `older ${entry.key}` }));
    const newer = { key: 'new', own: 4, above: 0 };
    assert.deepEqual(seenAt(new List([...older, ...before, newer]), place, 4), seen);
    const [first, ...rest] = before;
    assert.ok(first);
    const undecorated = [...older, { ...first, above: 0 }, ...rest];
    assert.deepEqual(seenAt(new List(undecorated), place, 4), seen);
  });

  it('shows what is left when the entry that held its place is gone', () => {
    const list = new List(entries(1, 1, 1));
    assert.deepEqual(seenAt(list, { key: 'gone', line: 0 }, 2), ['2.0', '3.0']);
    assert.deepEqual(seenAt(list, { key: '3', line: 99 }, 2), ['2.0', '3.0']);
    assert.deepEqual(seenAt(list, { key: '1', line: -99 }, 2), ['1.0', '2.0']);
  });

  it('comes back to where it was by scrolling there and back, and is always full', () => {
    const entry = fc.record({ own: fc.integer({ min: 1, max: 5 }), above: fc.nat({ max: 2 }) });
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.integer({ min: -20, max: 20 })),
        (sizes, height, steps) => {
          const list = new List(sizes.map((size, n) => ({ ...size, key: String(n) })));
          const all = seenAt(list, 'end', 1_000);
          let place: Place = 'end';
          let bottom = all.length;
          for (const by of steps) {
            place = scrolled(list, place, height, by);
            bottom = Math.min(all.length, Math.max(Math.min(height, all.length), bottom + by));
            assert.deepEqual(
              seenAt(list, place, height),
              all.slice(Math.max(0, bottom - height), bottom),
            );
            assert.equal(place === 'end', bottom === all.length);
          }
        },
      ),
    );
  });
});
