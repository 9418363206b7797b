/** Time as something one asks for, so that a test can move it by hand. */

export interface Clock {
  /** The wall clock. */
  now(): Date;
  /** Milliseconds that only ever rise, for measuring how long something took. */
  monotonic(): number;
}
