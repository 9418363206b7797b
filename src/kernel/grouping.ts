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
  /** The longest that the first call of a batch waits for others, in milliseconds; `LINGER_MS` unless told. */
  readonly lingerMs?: number | undefined;
}

/** Calls in one batch; a larger one takes longer than the next one loses by waiting. */
const BATCH = 128;
/** Calls that wait or are being decided; more are refused `overloaded`. */
const QUEUED = 2_000;
/** The longest that the first call of a batch waits for others; protocol.md, "grouped commit". */
const LINGER_MS = 10;
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
    if (this.#lingerMs === 0 || this.#waiting.length >= BATCH) queueMicrotask(commit);
    else this.#options.later(this.#lingerMs, commit);
  }

  async #commit(): Promise<void> {
    const batch = this.#waiting.splice(0, BATCH);
    this.#committing = true;
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
      const batch = entries.splice(0, BATCH);
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
