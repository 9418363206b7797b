/** Reads older messages as soon as one comes near them, a page at a time, and says when there are no more to be had. */
import type { ChannelLog } from '../../../client/index.ts';

export interface OlderParts {
  readonly changed: () => void;
  readonly now: () => number;
}

/** After a page that was refused, the next attempt. */
const AGAIN_MS = 5_000;

export class OlderMessages {
  readonly #parts: OlderParts;
  #reading: ChannelLog | null = null;
  /** The first message when no more found room. */
  #full = new WeakMap<ChannelLog, number>();
  #notBefore = 0;

  constructor(parts: OlderParts) {
    this.#parts = parts;
  }

  /** The first visible message is that far from the first of all: with less than a screen between, more are read. */
  near(log: ChannelLog, first: number, height: number): void {
    const isFull = this.#full.get(log) === log.messages[0]?.seq;
    if (first > height || !log.hasOlder || isFull || log.state.is !== 'live') return;
    if (this.#reading === log || this.#parts.now() < this.#notBefore) return;
    void this.#read(log);
  }

  /** What stands above the first message while there are older ones. */
  words(log: ChannelLog): string {
    if (this.#full.get(log) === log.messages[0]?.seq)
      return 'There are older messages; this screen keeps no more of them.';
    return this.#reading === log ? 'Older messages are on their way …' : '…';
  }

  async #read(log: ChannelLog): Promise<void> {
    this.#reading = log;
    const outcome = await log.loadOlder();
    if (this.#reading === log) this.#reading = null;
    if (!outcome.ok)
      this.#notBefore = this.#parts.now() + (outcome.refusal.retryAfterMs ?? AGAIN_MS);
    else if (outcome.data === 0 && log.hasOlder) this.#full.set(log, log.messages[0]?.seq ?? 0);
    this.#parts.changed();
  }
}
