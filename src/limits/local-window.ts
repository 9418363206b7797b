/** Sliding windows in this process's memory, in bounded space: what counts where the shared ones are away. */
import { LRUCache } from 'lru-cache';
import { judge, partAt, PARTS, type Ask, type Count, type Slice } from './window.ts';

/** Keys remembered at most; the least recently counted is forgotten first. */
const KEYS = 50_000;

export class LocalWindows {
  readonly #keys: LRUCache<string, Slice[]>;
  readonly #now: () => number;

  /** `now` gives whole milliseconds since any moment. */
  constructor(now: () => number, keys = KEYS) {
    this.#now = now;
    this.#keys = new LRUCache({ max: keys });
  }

  /** Looks without counting, and remembers nothing of keys that were never counted. */
  look(asks: readonly Ask[]): Count[] {
    const now = this.#now();
    return asks.map((ask) => judge(this.#slices(ask, now), now, ask));
  }

  /** Counts one call in every window. */
  add(asks: readonly Ask[]): void {
    const now = this.#now();
    for (const ask of asks) {
      const part = partAt(now, ask.milliseconds);
      const slices = this.#slices(ask, now);
      const last = slices.at(-1);
      if (last?.part === part) slices[slices.length - 1] = { part, calls: last.calls + 1 };
      else slices.push({ part, calls: 1 });
      this.#keys.set(ask.key, slices);
    }
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#keys.size;
  }

  /** The key's calls that are still in the window, oldest first; at most one slice per part. */
  #slices({ key, milliseconds }: Ask, now: number): Slice[] {
    const slices = this.#keys.get(key);
    if (!slices) return [];
    const current = partAt(now, milliseconds);
    while (slices[0] && slices[0].part < current - PARTS) slices.shift();
    // Of a clock that was set back, the calls count as made now: nobody is locked out until it catches up.
    let ahead = 0;
    for (let last = slices.at(-1); last && last.part > current; last = slices.at(-1)) {
      ahead += last.calls;
      slices.pop();
    }
    const same = slices.at(-1)?.part === current ? slices.pop() : undefined;
    const calls = (same?.calls ?? 0) + ahead;
    if (calls > 0) slices.push({ part: current, calls });
    return slices;
  }
}
