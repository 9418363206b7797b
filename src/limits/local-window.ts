/** Sliding windows in this process's memory: exact to a sixtieth of the window, in bounded space. */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/index.ts';

/** Parts of a window; a call is counted until its whole part has left the window. */
const PARTS = 60;
/** Keys remembered at most, about 300 bytes each; the least recently seen is forgotten first. */
const KEYS = 50_000;

interface Counted {
  readonly parts: Uint32Array;
  /** The number, since the epoch, of the part that was counted last. */
  latest: number;
  total: number;
}

export interface Count {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Milliseconds until one more call is allowed, or until the window is empty when calls are left. */
  readonly resetMs: number;
}

export class LocalWindows {
  readonly #keys = new LRUCache<string, Counted>({ max: KEYS });
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Looks without counting, so that a call refused by one window uses up no other. */
  peek(key: string, milliseconds: number, calls: number): Count {
    const { counted, part } = this.#at(key, milliseconds);
    return verdict(counted, part, milliseconds, calls);
  }

  add(key: string, milliseconds: number): void {
    const { counted } = this.#at(key, milliseconds);
    const i = counted.latest % PARTS;
    counted.parts[i] = (counted.parts[i] ?? 0) + 1;
    counted.total += 1;
  }

  /** The key's counters with everything that left the window taken out. */
  #at(key: string, milliseconds: number): { counted: Counted; part: number } {
    const part = milliseconds / PARTS;
    const now = Math.floor(this.#clock.now().getTime() / part);
    const fresh = () => ({ parts: new Uint32Array(PARTS), latest: now, total: 0 });
    const counted = this.#keys.get(key) ?? fresh();
    const steps = Math.min(Math.max(now - counted.latest, 0), PARTS);
    for (let step = 1; step <= steps; step += 1) {
      const i = (counted.latest + step) % PARTS;
      counted.total -= counted.parts[i] ?? 0;
      counted.parts[i] = 0;
    }
    counted.latest = Math.max(counted.latest, now); // a clock set back only holds calls longer
    this.#keys.set(key, counted);
    return { counted, part };
  }
}

function verdict(
  { parts, latest, total }: Counted,
  part: number,
  window: number,
  calls: number,
): Count {
  if (total < calls) return { allowed: true, remaining: calls - total - 1, resetMs: window };
  let over = total - calls + 1;
  for (let age = PARTS - 1; age >= 0; age -= 1) {
    over -= parts[(((latest - age) % PARTS) + PARTS) % PARTS] ?? 0;
    if (over <= 0)
      return { allowed: false, remaining: 0, resetMs: Math.ceil((PARTS - age) * part) };
  }
  return { allowed: false, remaining: 0, resetMs: window };
}
