/** A store that failed is left alone for a while: one call and not every call waits for its timeout. */

export interface BreakerOptions {
  /** Milliseconds that only rise; they time how long the store is left alone. */
  readonly monotonic: () => number;
  /** Hears once that the store failed, and once that it is back. */
  readonly changed: (store: 'away' | 'back', cause?: unknown) => void;
}

/** How long a store that failed is left alone. */
const LEFT_ALONE_MS = 1_000;

/** One for each store, shared by all that ask it (a circuit breaker whose half-open state is a single call). */
export class Breaker {
  readonly #options: BreakerOptions;
  #retryAt: number | null = null;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** The store's answer. Null, and never an error, when it failed or is left alone: then the caller decides without. */
  async ask<T>(question: () => Promise<T>): Promise<T | null> {
    const { monotonic, changed } = this.#options;
    if (this.#retryAt !== null) {
      if (monotonic() < this.#retryAt) return null;
      this.#retryAt = monotonic() + LEFT_ALONE_MS; // this call is the one that finds out
    }
    try {
      const answer = await question();
      if (this.#retryAt !== null) changed('back');
      this.#retryAt = null;
      return answer;
    } catch (error) {
      if (this.#retryAt === null) changed('away', error);
      this.#retryAt = monotonic() + LEFT_ALONE_MS;
      return null;
    }
  }
}
