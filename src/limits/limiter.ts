/** Counts every call under the limit that its operation names, and refuses what is too much before it costs anything. */
import type { LimitName, LimitOnWire, WorkspaceRole } from '../contract/index.ts';
import { networkOf, Refusal, type Caller, type Clock } from '../kernel/index.ts';
import { addressKey, type Digest } from './address-key.ts';
import { LocalWindows } from './local-window.ts';
import { SlidingWindows, type SlidingWindowsOptions } from './sliding-window.ts';
import type { AdmissionTable, LimitTable, StoreFailure, Window } from './table.ts';
import type { Ask, Count } from './window.ts';

export interface Limiter {
  /**
   * Counts one call; refuses `rate_limited` with the row and the window that fired in `detail` and with
   * `retryAfterMs`, after which the call has room. `named` is what the call is about where a window counts by
   * that. Answers with the tightest window's state. A store that is away never makes it fail.
   */
  take(name: LimitName, caller: Caller, named: string | null): Promise<LimitOnWire | undefined>;
  /** Counts one attempt of a client address to connect, before a frame is read: null, or the no. Never rejects. */
  admit(address: string): Promise<Refusal | null>;
}

export interface LimiterOptions extends SlidingWindowsOptions {
  readonly clock: Clock;
  readonly table: LimitTable;
  readonly admission: AdmissionTable;
  readonly digest: Digest;
}

/** One window of a call, with what it was made from. */
interface Asked extends Ask {
  readonly by: Window['by'];
}

interface Judged {
  readonly ask: Asked;
  readonly count: Count;
}

/** A limiter of one node; nodes with the same store and digest keys count together. */
export function limiter(options: LimiterOptions): Limiter {
  const { clock, table, admission, digest } = options;
  const shared = new SlidingWindows(options);
  // Of the monotonic clock: nobody gets a fresh start because the wall clock was set forward.
  const now = () => Math.floor(clock.monotonic());
  // Apart, so that what anybody can fill does not push out what is counted for those who are signed in.
  const memory = {
    local: new LocalWindows(now),
    'local-strict': new LocalWindows(now),
    door: new LocalWindows(now),
  };

  async function judged(asks: readonly Asked[], policy: StoreFailure, local: LocalWindows) {
    if (policy === 'local-strict') {
      const here = pair(asks, local.look(asks));
      if (!admits(here)) return here;
      const counts = await shared.take(asks);
      if (counts === null) return alone(asks, local);
      const everywhere = pair(asks, counts);
      if (admits(everywhere)) local.add(asks);
      return [...everywhere, ...here];
    }
    const counts = await shared.take(asks);
    return counts === null ? alone(asks, local) : pair(asks, counts);
  }

  function keyOf(tag: string, name: string, { by, milliseconds }: Window, value: string): string {
    return `limit:{${tag}}:${name}:${by}:${milliseconds}:${value}`;
  }

  return {
    async take(name, caller, named) {
      const { windows, whenStoreFails } = table[name];
      const { workspaceId } = caller;
      const asks = windows.map((window): Asked => {
        const { by, milliseconds } = window;
        const value = valueOf(window, caller, named, (text) => digest(workspaceId, text));
        const key = keyOf(workspaceId, name, window, value);
        return { key, by, milliseconds, calls: allowed(window, caller) };
      });
      if (asks.length === 0) return undefined;
      const all = await judged(asks, whenStoreFails, memory[whenStoreFails]);
      const { ask, count } = decisive(all);
      const { remaining, resetMs } = count;
      const limit: LimitOnWire = { bucket: name, remaining, resetMs };
      if (!count.allowed) throw full(limit, ask);
      return limit;
    },
    async admit(address) {
      const name = 'socket.handshake';
      const { milliseconds, calls, whenStoreFails } = admission[name];
      const window: Window = { by: 'address', milliseconds, calls };
      const key = keyOf(addressKey(digest, address), name, window, '');
      const asks: Asked[] = [{ key, by: 'address', milliseconds, calls }];
      const { ask, count } = decisive(await judged(asks, whenStoreFails, memory.door));
      if (count.allowed) return null;
      return full({ bucket: name, remaining: 0, resetMs: count.resetMs }, ask);
    },
  };
}

/** Without the store: looked at and counted in one step, so that calls at the same time cannot all find room. */
function alone(asks: readonly Asked[], local: LocalWindows): Judged[] {
  const here = pair(asks, local.look(asks));
  if (admits(here)) local.add(asks);
  return here;
}

function pair(asks: readonly Asked[], counts: readonly Count[]): Judged[] {
  return asks.flatMap((ask, i) => {
    const count = counts[i];
    return count ? [{ ask, count }] : [];
  });
}

const admits = (judged: readonly Judged[]) => judged.every(({ count }) => count.allowed);

/** Of full windows the one that takes longest, so that waiting for it is waiting enough; else the tightest. */
function decisive(judged: readonly Judged[]): Judged {
  const [first] = [...judged].sort(
    (a, b) =>
      Number(a.count.allowed) - Number(b.count.allowed) ||
      (a.count.allowed
        ? a.count.remaining - b.count.remaining || b.count.resetMs - a.count.resetMs
        : b.count.resetMs - a.count.resetMs),
  );
  if (!first) throw new Error('no window was counted');
  return first;
}

function full(limit: LimitOnWire, { by, milliseconds }: Asked): Refusal {
  const detail = { bucket: limit.bucket, by, windowMs: milliseconds };
  return new Refusal('rate_limited', { detail, retryAfterMs: limit.resetMs, limit });
}

/** Ids as they are; what says something about a person only as a keyed digest. */
function valueOf(
  { by }: Window,
  caller: Caller,
  named: string | null,
  digest: (text: string) => string,
): string {
  if (by === 'named') return digest(`named:${named ?? ''}`);
  if (by === 'user' && caller.kind === 'actor') return caller.userId;
  return digest(`address:${networkOf(caller.origin.address)}`);
}

/** Somebody who is not signed in has the smallest allowance of those that differ by role. */
function allowed({ calls }: Window, caller: Caller): number {
  if (typeof calls === 'number') return calls;
  const role: WorkspaceRole = caller.kind === 'actor' ? caller.role : 'user';
  return calls[role];
}
