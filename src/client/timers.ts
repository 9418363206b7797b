/** Everything that the client does later, in one place, so that all of it can be called off. */
import { chance } from './platform.ts';
import type { Later } from './ports.ts';

export class Timers {
  readonly #later: Later;
  readonly #waiting = new Map<() => void, () => void>();

  constructor(later: Later) {
    this.#later = later;
  }

  /** Runs the task once; returns how to call it off. `calledOff` is run instead by `clear`. */
  after(milliseconds: number, task: () => void, calledOff?: () => void): () => void {
    const stop = this.#later(milliseconds, () => {
      this.#waiting.delete(callOff);
      task();
    });
    const callOff = () => {
      this.#waiting.delete(callOff);
      stop();
    };
    this.#waiting.set(callOff, calledOff ?? (() => undefined));
    return callOff;
  }

  /** Resolves after that many milliseconds, when `unless` does, or as soon as everything is called off. */
  wait(milliseconds: number, unless?: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const callOff = this.after(milliseconds, resolve, resolve);
      void unless?.then(() => {
        callOff();
        resolve();
      });
    });
  }

  clear(): void {
    for (const [callOff, calledOff] of [...this.#waiting]) {
      callOff();
      calledOff();
    }
  }
}

const FIRST_MS = 500;
const MOST_MS = 30_000;

/**
 * How long to wait before attempt `n` + 1, in milliseconds: half a second, doubled each time, at most 30 s, of
 * which the upper half is chance, so that clients that lost the server together do not return together ("equal
 * jitter", AWS Architecture Blog, Exponential Backoff And Jitter, 2015).
 */
export function backoff(n: number): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(n, 10));
  return full / 2 + chance() * (full / 2);
}
