/** A clock that stands still until the test moves it. */
import type { Clock } from '../../src/kernel/index.ts';

export class HandClock implements Clock {
  #milliseconds: number;

  constructor(start = Date.now()) {
    this.#milliseconds = start;
  }

  now(): Date {
    return new Date(this.#milliseconds);
  }

  monotonic(): number {
    return this.#milliseconds;
  }

  forward(milliseconds: number): void {
    this.#milliseconds += milliseconds;
  }
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
