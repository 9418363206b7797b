/** bcrypt never runs on the main thread, and a storm of logins waits in a bounded queue or is refused. */
import { Piscina } from 'piscina';
import { Refusal } from '../../kernel/index.ts';

export interface HashPool {
  /**
   * Carries out work in which something is hashed, and keeps a place for it meanwhile. Refuses `rate_limited` at once when
   * there is none: what comes before the hash, a look-up say, is then not done either.
   */
  admit<T>(work: () => Promise<T>): Promise<T>;
  /** bcrypt hash of `text` at the configured cost. Refuses `rate_limited` when the queue is full. */
  hash(text: string): Promise<string>;
  /** True when `hash` was made from `text`. Refuses `rate_limited` when the queue is full. */
  matches(text: string, hash: string): Promise<boolean>;
  /** Tasks carried out so far, by kind. */
  readonly done: { readonly hash: number; readonly compare: number };
  close(): Promise<void>;
}

export interface HashPoolOptions {
  /** bcrypt cost; 12 or more in production (OWASP's floor is 10). */
  readonly cost: number;
  readonly threads: number;
  /** Tasks that may wait; more are refused. */
  readonly queue: number;
}

/** What a task is taken to last until one was measured: bcrypt of cost 12 on a slow machine. */
const FIRST_MS = 300;
/** How much the newest task counts in the average. */
const NEWEST = 0.2;

export function hashPool({ cost, threads, queue }: HashPoolOptions): HashPool {
  const pool = new Piscina<unknown, string | boolean>({
    filename: new URL('./worker.cjs', import.meta.url).href,
    minThreads: 1,
    maxThreads: threads,
    maxQueue: queue,
    idleTimeout: 60_000,
    execArgv: [], // the worker is plain JavaScript and needs none of the parent's loaders
  });
  const done = { hash: 0, compare: 0 };
  let lastsMs = FIRST_MS;
  /** Everybody who waits asks the same of the same threads: when all that is queued now will have been done. */
  const full = () => {
    const retryAfterMs = Math.max(1_000, Math.ceil((queue * lastsMs) / threads));
    return new Refusal('rate_limited', { detail: { bucket: 'auth.hash' }, retryAfterMs });
  };
  let places = queue + threads;
  const run = async (task: 'hash' | 'compare', input: object): Promise<string | boolean> => {
    if (pool.queueSize >= queue) throw full();
    const ahead = pool.queueSize + 1;
    const began = performance.now();
    const result = await pool.run({ task, ...input });
    done[task] += 1;
    lastsMs += NEWEST * (((performance.now() - began) * threads) / ahead - lastsMs);
    return result;
  };
  return {
    async admit(work) {
      if (places === 0 || pool.queueSize >= queue) throw full();
      places -= 1;
      try {
        return await work();
      } finally {
        places += 1;
      }
    },
    hash: async (text) => (await run('hash', { text, cost })) as string,
    matches: async (text, hash) => (await run('compare', { text, hash })) as boolean,
    done,
    close: () => pool.destroy(),
  };
}
