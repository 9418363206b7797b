/** A node's lease: it serves only while it has lately read what was revoked, however long it was away or frozen. */
import type { RefusalCode } from '../contract/index.ts';
import { Refusal, type Clock } from '../kernel/index.ts';
import type { ControlEvent, ControlRows, FeedPosition } from './control-store.ts';

export interface ControlFeedOptions {
  readonly rows: ControlRows;
  readonly clock: Clock;
  /** Runs `task` after that many milliseconds; returns how to call it off. */
  readonly later: (milliseconds: number, task: () => void) => () => void;
  /** Acts on an event. It may come twice; what it throws leaves the event unread. */
  readonly apply: (event: ControlEvent) => void;
  /** Read together with the events: a node that serves has this at most as old as its lease. */
  readonly alongside: () => Promise<void>;
  /** Events may have been missed for good: nothing may be believed of any session or account. */
  readonly missed: () => void;
  readonly failed: (what: 'lease-lost' | 'lease-back' | 'not-expired', error?: unknown) => void;
}

/** What the rest of the server asks of the lease. */
export interface Lease {
  readonly held: boolean;
  /** Held; if not, reads at once, so that it soon is. Asked before each frame. */
  mayDeliver(): boolean;
  /** Resolves while it is held, or once it is back; refuses `otherwise` when it is not back within a second. */
  required(otherwise: RefusalCode): Promise<void>;
}

const READ_EVERY_MS = 500;
/** A node that has not read for so long neither delivers nor writes (docs/decisions/0007). */
const LEASE_MS = 2_000;
/** How long a call waits for the lease to come back. */
const PATIENCE_MS = 1_000;
/** Events are kept for an hour: who was away for half of it may have missed one. */
const MISSED_MS = 30 * 60 * 1_000;
const EXPIRE_EVERY_READS = 120;
const EXPIRE_ROWS = 1_000;

export class ControlFeed implements Lease {
  readonly #options: ControlFeedOptions;
  #position: FeedPosition | null = null;
  /** Events of the last read: they may come again. */
  #seen: ReadonlySet<string> = new Set();
  /** When the last good read began: what it saw is at least as new. */
  #readAt = -Infinity;
  /** The database's time of the last good read. */
  #databaseAt = 0;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #reads = 0;
  #lost = false;
  #callOff: (() => void) | null = null;
  #stopped = false;

  constructor(options: ControlFeedOptions) {
    this.#options = options;
  }

  get held(): boolean {
    return this.#age() <= LEASE_MS;
  }

  mayDeliver(): boolean {
    if (this.held) return true;
    void this.read();
    return false;
  }

  async required(otherwise: RefusalCode): Promise<void> {
    if (this.held) return;
    await new Promise<void>((resolve) => {
      const callOff = this.#options.later(PATIENCE_MS, resolve);
      void this.read().then(() => {
        callOff();
        resolve();
      });
    });
    if (this.#age() > LEASE_MS) throw new Refusal(otherwise, { retryAfterMs: PATIENCE_MS });
  }

  /** Reads once, then every half second. Throws when the database cannot be read. */
  async start(): Promise<void> {
    await this.#once();
    this.#readLater();
  }

  /** Resolves after a read that began after this call, good or not; calls that wait share one. */
  read(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      this.#running = this.#stopped ? Promise.resolve() : this.#tried();
      return this.#running;
    });
    return this.#next;
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#callOff?.();
    await this.#running;
  }

  /** Milliseconds since the beginning of the last good read. */
  #age(): number {
    return this.#options.clock.monotonic() - this.#readAt;
  }

  #readLater(): void {
    if (this.#stopped) return;
    this.#callOff = this.#options.later(READ_EVERY_MS, () => {
      void this.read()
        .then(() => this.#expireNowAndThen())
        .then(() => this.#readLater());
    });
  }

  async #tried(): Promise<void> {
    const { failed } = this.#options;
    try {
      await this.#once();
      if (this.#lost) failed('lease-back');
      this.#lost = false;
    } catch (error) {
      if (!this.#lost && !this.held) failed('lease-lost', error);
      this.#lost = !this.held;
    }
  }

  async #once(): Promise<void> {
    const { rows, clock, apply, missed, alongside } = this.#options;
    const began = clock.monotonic();
    const before = this.#position;
    const [{ position, now, events }] = await Promise.all([rows.since(before), alongside()]);
    // Another incarnation of the database counts its transactions anew.
    if (before !== null && (position < before || now - this.#databaseAt > MISSED_MS)) missed();
    for (const event of events) if (!this.#seen.has(event.id)) apply(event);
    this.#seen = new Set(events.map(({ id }) => id));
    this.#position = position;
    this.#databaseAt = now;
    this.#readAt = began;
  }

  async #expireNowAndThen(): Promise<void> {
    this.#reads += 1;
    if (this.#reads % EXPIRE_EVERY_READS !== 0 || this.#stopped) return;
    try {
      const gone = await this.#options.rows.expire(EXPIRE_ROWS);
      if (gone === EXPIRE_ROWS) this.#reads -= 1; // there is more: again after the next read
    } catch (error) {
      this.#options.failed('not-expired', error);
    }
  }
}
