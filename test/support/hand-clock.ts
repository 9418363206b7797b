/** A clock that stands still until the test moves it. */
import type { Clock } from '../../src/kernel/index.ts';

export class HandClock implements Clock {
  #milliseconds: number;
  #wrong = 0;

  constructor(start = Date.now()) {
    this.#milliseconds = start;
  }

  now(): Date {
    return new Date(this.#milliseconds + this.#wrong);
  }

  monotonic(): number {
    return this.#milliseconds;
  }

  forward(milliseconds: number): void {
    this.#milliseconds += milliseconds;
  }

  /** Sets the wall clock forward, or back, by so much; no time passes. */
  set(milliseconds: number): void {
    this.#wrong += milliseconds;
  }
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
