/** Sliding windows in this process's memory: exact to a sixtieth of the window, in bounded space. */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/index.ts';

/** Parts of a window; a call is counted until its whole part has left the window. */
const PARTS = 60;
/** Parts that a window touches: unless it begins with one, a part of the first is outside. */
const TOUCHED = PARTS + 1;
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
    const now = this.#clock.now().getTime();
    return verdict(this.#at(key, milliseconds, now), now, milliseconds, calls);
  }

  add(key: string, milliseconds: number): void {
    const counted = this.#at(key, milliseconds, this.#clock.now().getTime());
    const i = counted.latest % TOUCHED;
    counted.parts[i] = (counted.parts[i] ?? 0) + 1;
    counted.total += 1;
  }

  /** The key's counters with everything that left the window taken out. */
  #at(key: string, milliseconds: number, now: number): Counted {
    const part = Math.floor((now * PARTS) / milliseconds);
    const fresh = () => ({ parts: new Uint32Array(TOUCHED), latest: part, total: 0 });
    const counted = this.#keys.get(key) ?? fresh();
    const steps = Math.min(Math.max(part - counted.latest, 0), TOUCHED);
    for (let step = 1; step <= steps; step += 1) {
      const i = (counted.latest + step) % TOUCHED;
      counted.total -= counted.parts[i] ?? 0;
      counted.parts[i] = 0;
    }
    counted.latest = Math.max(counted.latest, part); // a clock set back only holds calls longer
    this.#keys.set(key, counted);
    return counted;
  }
}

function verdict(
  { parts, latest, total }: Counted,
  now: number,
  milliseconds: number,
  calls: number,
): Count {
  const leavesIn = (part: number) => Math.ceil(((part + TOUCHED) * milliseconds) / PARTS - now);
  if (total < calls)
    return { allowed: true, remaining: calls - total - 1, resetMs: leavesIn(latest) };
  let over = total - calls + 1;
  for (let part = latest - PARTS; part < latest; part += 1) {
    over -= parts[part % TOUCHED] ?? 0;
    if (over <= 0) return { allowed: false, remaining: 0, resetMs: leavesIn(part) };
  }
  return { allowed: false, remaining: 0, resetMs: leavesIn(latest) };
}
