/** Counts every call under the limit that its operation names, and refuses what is too much before it costs anything. */
import type { LimitName, LimitOnWire, WorkspaceRole } from '../contract/index.ts';
import { Refusal, type Caller, type Clock } from '../kernel/index.ts';
import { LocalWindows } from './local-window.ts';
import { LIMIT_TABLE, type LimitTable, type Window } from './table.ts';

export { LIMIT_TABLE, type LimitTable } from './table.ts';

export interface Limiter {
  /**
   * Counts one call; refuses `rate_limited` with the bucket in `detail` and `retryAfterMs`. `named` is what the
   * call is about where a window counts by that. Answers with the tightest window's state.
   */
  take(name: LimitName, caller: Caller, named: string | null): LimitOnWire | undefined;
}

/** A limiter for one node. */
export function limiter(clock: Clock, table: LimitTable = LIMIT_TABLE): Limiter {
  const windows = new LocalWindows(clock);
  return {
    take(name, caller, named) {
      const counted = table[name].map((window, i) => {
        const key = `${name}:${i}:${caller.workspaceId}:${keyOf(window, caller, named)}`;
        const calls = allowed(window, caller);
        return { key, window, count: windows.peek(key, window.milliseconds, calls) };
      });
      const waits = counted.flatMap(({ count }) => (count.allowed ? [] : [count.resetMs]));
      if (waits.length > 0)
        throw new Refusal('rate_limited', {
          detail: { bucket: name },
          retryAfterMs: Math.max(...waits),
        });
      for (const { key, window } of counted) windows.add(key, window.milliseconds);
      const tightest = counted
        .map(({ count }) => count)
        .sort((a, b) => a.remaining - b.remaining)[0];
      return tightest && { bucket: name, remaining: tightest.remaining, resetMs: tightest.resetMs };
    },
  };
}

function keyOf({ by }: Window, caller: Caller, named: string | null): string {
  if (by === 'named') return `n:${named ?? ''}`;
  if (by === 'user' && caller.kind === 'actor') return `u:${caller.userId}`;
  return `a:${caller.origin.address}`;
}

/** Somebody who is not signed in has the smallest allowance of those that differ by role. */
function allowed({ calls }: Window, caller: Caller): number {
  if (typeof calls === 'number') return calls;
  const role: WorkspaceRole = caller.kind === 'actor' ? caller.role : 'user';
  return calls[role];
}
