/** Sliding windows that all nodes share: one command to Redis for all windows of a call, exact whoever asks. */
import { readFileSync } from 'node:fs';
import type { Ask, Count } from './window.ts';

/** Runs one script on its keys, atomically, in one round trip. Rejects when the store is away or refuses. */
export type RunScript = (keys: readonly string[], args: readonly string[]) => Promise<unknown>;

export interface SlidingWindowsOptions {
  /** Prepares a script: how it is run, and whether it has to be sent again, is for the store to know. */
  readonly script: (lua: string) => RunScript;
  /** Milliseconds that only rise; they time how long a store that failed is left alone. */
  readonly monotonic: () => number;
  /** Hears once that the store failed, and once that it is back. */
  readonly changed: (store: 'away' | 'back', cause?: unknown) => void;
  /** Milliseconds since the epoch in place of the store's own clock; for a clock that is moved by hand. */
  readonly time?: () => number;
}

/** How long a store that failed is left alone: a call in this time does not wait for a timeout of its own. */
const LEFT_ALONE_MS = 1_000;

export class SlidingWindows {
  readonly #options: SlidingWindowsOptions;
  readonly #run: RunScript;
  #retryAt: number | null = null;

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
  async take(asks: readonly Ask[]): Promise<readonly Count[] | null> {
    const { monotonic, changed, time } = this.#options;
    if (this.#retryAt !== null) {
      if (monotonic() < this.#retryAt) return null;
      this.#retryAt = monotonic() + LEFT_ALONE_MS; // this call is the one that finds out
    }
    try {
      const now = time ? String(time()) : '';
      const windows = asks.flatMap((ask) => [String(ask.milliseconds), String(ask.calls)]);
      const answer = await this.#run(
        asks.map((ask) => ask.key),
        [now, ...windows],
      );
      const counts = read(answer, asks.length);
      if (this.#retryAt !== null) changed('back');
      this.#retryAt = null;
      return counts;
    } catch (error) {
      if (this.#retryAt === null) changed('away', error);
      this.#retryAt = monotonic() + LEFT_ALONE_MS;
      return null;
    }
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
