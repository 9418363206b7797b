/** Counts hits in Redis for all nodes and in this node's memory at all times: one of them always has an answer. */
import type { Hits, HitStore } from '../kernel/index.ts';
import type { Breaker } from './breaker.ts';
import type { LocalWindows } from './local-window.ts';
import type { AdmissionRow } from './table.ts';
import type { Count } from './window.ts';

export interface RedisOrLocalOptions {
  readonly row: AdmissionRow;
  /** Fixed windows, in the store that all nodes share. It may reject; how long it may take is for it to know. */
  readonly shared: HitStore;
  /** Sliding windows of this node, in bounded space. */
  readonly local: LocalWindows;
  readonly breaker: Breaker;
}

/**
 * A hit is judged by both counts, and the stricter one speaks. What this node refuses by its own count never reaches
 * the shared store, so a flood does not. Where the shared store is away, slow or wrong the node's own count decides;
 * as it was kept all the time, losing the store, or getting it back empty, gives nobody a fresh start. A hit that
 * either count refuses is not counted here. Never rejects.
 */
export function redisOrLocalStore(options: RedisOrLocalOptions): HitStore {
  const { row, shared, local, breaker } = options;
  const { milliseconds, calls } = row;
  return {
    async hit(key) {
      const asks = [{ key, milliseconds, calls }];
      const before = hitsOf(local.look(asks), calls);
      if (before.hits > calls) return before;
      const everywhere = await breaker.ask(() => shared.hit(key));
      if (everywhere !== null && everywhere.hits > calls) return everywhere;
      // Looked at and counted in one step: while this one waited, others may have taken what was left.
      const here = hitsOf(local.look(asks), calls);
      if (here.hits <= calls) local.add(asks);
      return everywhere === null ? here : stricter(here, everywhere);
    },
  };
}

/** Calls left, as hits made; what is refused counts as one too many. */
function hitsOf([count]: readonly Count[], calls: number): Hits {
  if (!count) throw new Error('no window was counted');
  return { hits: count.allowed ? calls - count.remaining : calls + 1, resetMs: count.resetMs };
}

/** Of equal counts the one that lasts longer, so that waiting for it is waiting enough. */
function stricter(a: Hits, b: Hits): Hits {
  if (a.hits !== b.hits) return a.hits > b.hits ? a : b;
  return a.resetMs >= b.resetMs ? a : b;
}
