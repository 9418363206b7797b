/** Sliding windows that all nodes share: one command to Redis for all windows of a call, exact whoever asks. */
import { readFileSync } from 'node:fs';
import type { Breaker } from './breaker.ts';
import type { Ask, Count } from './window.ts';

/** Runs one script on its keys, atomically, in one round trip. Rejects when the store is away or refuses. */
export type RunScript = (keys: readonly string[], args: readonly string[]) => Promise<unknown>;

export interface SlidingWindowsOptions {
  /** Prepares a script: how it is run, and whether it has to be sent again, is for the store to know. */
  readonly script: (lua: string) => RunScript;
  readonly breaker: Breaker;
  /** Milliseconds since the epoch in place of the store's own clock; for a clock that is moved by hand. */
  readonly time?: () => number;
}

export class SlidingWindows {
  readonly #options: SlidingWindowsOptions;
  readonly #run: RunScript;

  constructor(options: SlidingWindowsOptions) {
    this.#options = options;
    this.#run = options.script(
      readFileSync(new URL('./sliding-window.lua', import.meta.url), 'utf8'),
    );
  }

  /**
   * Counts a call in all windows, or in none when one is full. All keys must have the same hash tag. Null, and
   * never an error, when the store cannot say: then the caller decides without it.
   */
  take(asks: readonly Ask[]): Promise<readonly Count[] | null> {
    const { breaker, time } = this.#options;
    return breaker.ask(async () => {
      const now = time ? String(time()) : '';
      const windows = asks.flatMap((ask) => [String(ask.milliseconds), String(ask.calls)]);
      const answer = await this.#run(
        asks.map((ask) => ask.key),
        [now, ...windows],
      );
      return read(answer, asks.length);
    });
  }
}

/** What cannot be read is a failure of the store, not a yes. */
function read(answer: unknown, windows: number): Count[] {
  if (
    !Array.isArray(answer) ||
    answer.length !== 3 * windows ||
    !answer.every(Number.isSafeInteger)
  )
    throw new Error('the answer of the store is none');
  const numbers = answer as readonly number[];
  return Array.from({ length: windows }, (_, i) => {
    const [room = 0, remaining = 0, resetMs = 0] = numbers.slice(3 * i, 3 * i + 3);
    return { allowed: room === 1, remaining, resetMs: Math.max(resetMs, 0) };
  });
}
