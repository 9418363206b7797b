/** A place for each connection: who finds none waits in line, and is told of the crowd before the database would be blamed. */
import { Refusal } from '../../kernel/index.ts';
import { later } from '../system.ts';

/** Below the two seconds after which the pool and Prisma take a crowd for a database that does not answer. */
const PATIENCE_MS = 1_500;
const RETRY_AFTER_MS = 1_000;
/** Connections that transactions leave to the hot statements, where there are enough for both. */
const KEPT = 2;

interface Waiting {
  readonly come: () => void;
}

export class Places {
  readonly #all: number;
  /** How many transactions may use. */
  readonly #common: number;
  #used = 0;
  readonly #hot: Waiting[] = [];
  readonly #others: Waiting[] = [];

  /** `connections` is how many there are to share. */
  constructor(connections: number) {
    this.#all = connections;
    this.#common = connections >= 2 * KEPT ? connections - KEPT : connections;
  }

  /**
   * Runs `work`, which uses one connection, when there is a place for it: in the order of coming, `hot` work first.
   * Throws Refusal `overloaded` with `retryAfterMs` when there was none for 1.5 s: nothing was begun.
   */
  async during<T>(kind: 'hot' | 'transaction', work: () => Promise<T>): Promise<T> {
    if (this.#used >= this.#limit(kind)) await this.#turn(kind);
    else this.#used += 1;
    try {
      return await work();
    } finally {
      this.#used -= 1;
      this.#next();
    }
  }

  #limit(kind: 'hot' | 'transaction'): number {
    return kind === 'hot' ? this.#all : this.#common;
  }

  #turn(kind: 'hot' | 'transaction'): Promise<void> {
    const line = kind === 'hot' ? this.#hot : this.#others;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        come: () => {
          callOff();
          resolve();
        },
      };
      const giveUp = () => {
        const place = line.indexOf(waiting);
        if (place === -1) return;
        line.splice(place, 1);
        reject(new Refusal('overloaded', { retryAfterMs: RETRY_AFTER_MS }));
      };
      // After what has arrived meanwhile was read: a process that was held up itself must not blame the others.
      const callOff = later(PATIENCE_MS, () => setImmediate(giveUp));
      line.push(waiting);
    });
  }

  #next(): void {
    const line = this.#hot.length > 0 ? this.#hot : this.#others;
    if (this.#used >= this.#limit(line === this.#hot ? 'hot' : 'transaction')) return;
    const first = line.shift();
    if (!first) return;
    this.#used += 1;
    first.come();
  }
}
