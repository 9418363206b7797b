/** Lets calls that arrive together share a commit: in batches, one at a time, and nobody waits for somebody else's lock. */
import { Refusal } from './refusal.ts';

/** A verdict that is none yet: what the call needs is held by somebody else, so it is decided again, apart. */
export const LATER = Symbol('later');

export interface GroupingOptions<C, V> {
  /**
   * Decides a batch in one commit, a verdict per call in their order. `patient` batches wait for what others hold;
   * the others answer LATER for it. A Refusal thrown is the answer to every call of the batch; after any other
   * error nothing was committed.
   */
  readonly decide: (
    calls: readonly C[],
    patient: boolean,
  ) => Promise<readonly (V | typeof LATER)[]>;
  /** What a call may have to wait for. Calls that wait for different things wait apart. */
  readonly heldBy: (call: C) => string;
  readonly later: (milliseconds: number, task: () => void) => () => void;
  /** Milliseconds that only rise, for a grouping that is kept: it shares commits also where no two calls overlap. */
  readonly monotonic?: () => number;
  /** The longest that the first call of a batch waits for others, in milliseconds; `LINGER_MS` unless told. */
  readonly lingerMs?: number | undefined;
  /** Calls in one batch at most; 128 unless told. */
  readonly mostCalls?: number | undefined;
}

/** Calls in one batch, where each adds to its work: a larger one takes longer than the next one loses by waiting. */
const BATCH = 128;
/** Calls that wait or are being decided; more are refused `overloaded`. */
const QUEUED = 2_000;
/** The longest that the first call of a batch waits for others; protocol.md, "grouped commit". */
const LINGER_MS = 10;
/**
 * Commits of which the fifth within a tenth of a second is one too many: each costs the database as much as the
 * storing of ten messages (docs/performance.md), so that then the next one waits for company, overlapping or not.
 */
const COMMITS = 5;
const WITHIN_MS = 100;
/** Patient batches at a time: each holds a connection to the database while it waits. */
const PATIENT = 2;

interface Entry<C, V> {
  readonly call: C;
  readonly settle: (verdict: V | Promise<never>) => void;
}

export class Grouping<C, V> {
  readonly #options: GroupingOptions<C, V>;
  #waiting: Entry<C, V>[] = [];
  /** What was put off, by what it waits for. */
  readonly #held = new Map<string, Entry<C, V>[]>();
  readonly #beingWaitedFor = new Set<string>();
  #committing = false;
  #lingering = false;
  #lingerMs = 0;
  #size = 0;
  /** When the last commits began, the oldest of them first. */
  readonly #began: number[] = [];

  constructor(options: GroupingOptions<C, V>) {
    this.#options = options;
  }

  /** Resolves with the call's own verdict, after COMMIT. Throws Refusal `overloaded` when too many wait. */
  add(call: C): Promise<V> {
    if (this.#size >= QUEUED) throw new Refusal('overloaded', { retryAfterMs: 500 });
    this.#size += 1;
    const verdict = new Promise<V>((settle) => this.#waiting.push({ call, settle })).finally(() => {
      this.#size -= 1;
    });
    this.#begin();
    return verdict;
  }

  /** True when nothing waits and nothing is being decided. */
  get idle(): boolean {
    return this.#size === 0;
  }

  /** At once when it is quiet; while there is a crowd, after lingering, so that more share the commit. */
  #begin(): void {
    if (this.#committing || this.#lingering || this.#waiting.length === 0) return;
    this.#lingering = true;
    const commit = () => {
      this.#lingering = false;
      void this.#commit();
    };
    const { lingerMs: longest = LINGER_MS } = this.#options;
    const lingerMs = this.#inQuickSuccession() ? longest : this.#lingerMs;
    if (lingerMs === 0 || this.#waiting.length >= this.#most) queueMicrotask(commit);
    else this.#options.later(lingerMs, commit);
  }

  get #most(): number {
    return this.#options.mostCalls ?? BATCH;
  }

  #inQuickSuccession(): boolean {
    const { monotonic } = this.#options;
    const [oldest] = this.#began;
    if (!monotonic || oldest === undefined || this.#began.length < COMMITS) return false;
    return monotonic() - oldest < WITHIN_MS;
  }

  async #commit(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#most);
    this.#committing = true;
    if (this.#options.monotonic) this.#began.push(this.#options.monotonic());
    if (this.#began.length > COMMITS) this.#began.shift();
    await this.#decide(batch, false);
    this.#committing = false;
    // A batch of one means that nobody came while the one before was stored: then waiting would only cost time.
    this.#lingerMs =
      batch.length === 1 ? 0 : Math.min(this.#options.lingerMs ?? LINGER_MS, 2 * batch.length);
    this.#begin();
  }

  /** Never throws. What breaks a batch is looked for by halves, so that it breaks nobody else's call. */
  async #decide(batch: readonly Entry<C, V>[], patient: boolean): Promise<void> {
    const calls = batch.map(({ call }) => call);
    let verdicts: readonly (V | typeof LATER)[];
    try {
      verdicts = await this.#options.decide(calls, patient);
      if (verdicts.length !== batch.length)
        throw new Refusal('outcome_unknown', { cause: new Error('not one verdict for each call') });
    } catch (error) {
      if (error instanceof Refusal || batch.length === 1) {
        for (const { settle } of batch) settle(rejected(error));
        return;
      }
      const middle = batch.length >> 1;
      await this.#decide(batch.slice(0, middle), patient);
      await this.#decide(batch.slice(middle), patient);
      return;
    }
    for (const [i, entry] of batch.entries()) {
      const verdict = verdicts[i] as V | typeof LATER;
      if (verdict !== LATER) entry.settle(verdict);
      else if (patient) entry.settle(rejected(new Refusal('overloaded', { retryAfterMs: 100 })));
      else this.#putOff(entry);
    }
    if (!patient) this.#wait();
  }

  #putOff(entry: Entry<C, V>): void {
    const key = this.#options.heldBy(entry.call);
    const others = this.#held.get(key);
    if (others) others.push(entry);
    else this.#held.set(key, [entry]);
  }

  /** Each thing is waited for by one batch, and some things at a time; whoever comes meanwhile is in the next. */
  #wait(): void {
    for (const [key, entries] of this.#held) {
      if (this.#beingWaitedFor.size >= PATIENT) return;
      if (this.#beingWaitedFor.has(key)) continue;
      const batch = entries.splice(0, this.#most);
      if (entries.length === 0) this.#held.delete(key);
      this.#beingWaitedFor.add(key);
      void this.#decide(batch, true).then(() => {
        this.#beingWaitedFor.delete(key);
        this.#wait();
      });
    }
  }
}

function rejected(error: unknown): Promise<never> {
  return Promise.reject(error instanceof Error ? error : new Error('thrown', { cause: error }));
}
