/** What a sliding window is, wherever it is counted: sixty parts, exact to one of them, and never too generous. */

/**
 * Parts of a window. A call counts from its own part on until the whole part has left the window: for at least
 * the window and at most a sixtieth longer. So no stretch of the window's length ever holds more calls than
 * allowed, and nobody waits more than a sixtieth too long. (Counters per part of a window: the sliding-window
 * counter without its interpolation, which would only estimate.)
 */
export const PARTS = 60;

/** One window that a call is to be counted in. */
export interface Ask {
  readonly key: string;
  /** Length of the window. */
  readonly milliseconds: number;
  /** Calls allowed in any stretch of that length. */
  readonly calls: number;
}

export interface Count {
  /** There is room for this call. */
  readonly allowed: boolean;
  /** Calls left after this one. */
  readonly remaining: number;
  /** Milliseconds until one more call is allowed, or, where there is room, until the window is whole again. */
  readonly resetMs: number;
}

/** The calls of one part of a window. */
export interface Slice {
  /** The part's number since the epoch. */
  readonly part: number;
  readonly calls: number;
}

/** The part that a moment, in milliseconds since the epoch or any other, is in. All products stay below 2^53. */
export function partAt(now: number, milliseconds: number): number {
  return Math.floor((now * PARTS) / milliseconds);
}

/** Milliseconds from `now` until calls of this part no longer count. */
export function leavesIn(part: number, now: number, milliseconds: number): number {
  return Math.ceil(((part + PARTS + 1) * milliseconds) / PARTS) - now;
}

/** Judges by what is still in the window, oldest first. `sliding-window.lua` says the same in Lua. */
export function judge(slices: readonly Slice[], now: number, ask: Ask): Count {
  const { milliseconds, calls } = ask;
  const total = slices.reduce((sum, slice) => sum + slice.calls, 0);
  const current = partAt(now, milliseconds);
  if (total < calls) {
    const resetMs = leavesIn(current, now, milliseconds);
    return { allowed: true, remaining: calls - total - 1, resetMs };
  }
  let over = total - calls + 1;
  for (const slice of slices) {
    over -= slice.calls;
    if (over <= 0)
      return { allowed: false, remaining: 0, resetMs: leavesIn(slice.part, now, milliseconds) };
  }
  return { allowed: false, remaining: 0, resetMs: milliseconds }; // nothing is ever allowed here
}
