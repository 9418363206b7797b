/** A sliding window that remembers every call: what the limiter is measured against. */

export class ExactWindow {
  readonly milliseconds: number;
  readonly calls: number;
  readonly #admitted: number[] = [];

  constructor(milliseconds: number, calls: number) {
    this.milliseconds = milliseconds;
    this.calls = calls;
  }

  add(now: number): void {
    this.#admitted.push(now);
  }

  /** Milliseconds until one more call has room; 0 when it has room now. */
  wait(now: number): number {
    const at = this.#admitted.length - this.calls;
    if (at < 0) return 0;
    const frees = (this.#admitted[at] ?? 0) + this.milliseconds;
    return Math.max(frees - now, 0);
  }
}

/** Repeatable chance (mulberry32): a failure names the seed that shows it again. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
