/** Asks for all open logs together, so that a return is one call and no storm; what is left to read, a few read at a time. */
import type { ChannelId } from '../contract/ids.ts';
import { SYNC_CHANNELS } from '../contract/sizes.ts';
import type { Calls } from './calls.ts';
import type { Position } from './log-content.ts';
import type { Turn } from './log-reader.ts';
import { backoff, type Timers } from './timers.ts';
import type { Outcome, OutputOf } from './types.ts';

type Answer = OutputOf<'channel.sync'>['channels'][number];
/** What the server tells of a channel that one may read. */
export type Told = Exclude<Answer, { readonly answer: 'head' | 'refused' }>;

interface Asked {
  readonly turn: Turn;
  readonly channel: { readonly id: ChannelId } & Partial<Position>;
  readonly resolve: (outcome: Outcome<Told> | null) => void;
}

export interface SyncParts {
  readonly calls: Pick<Calls, 'call'>;
  readonly timers: Timers;
  readonly failed: (error: unknown) => void;
}

/** Logs that read on by themselves at the same time. */
const AT_A_TIME = 4;

export class LogSync {
  readonly #parts: SyncParts;
  #waiting: Asked[] = [];
  #busy = false;
  /** Channels in the next call. */
  #most = SYNC_CHANNELS;
  #free = AT_A_TIME;
  readonly #queue: (() => void)[] = [];

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /**
   * Subscribes to the channel and asks what changed since the position, in one call with whatever else is asked
   * until it can be made. Waits until there is an answer; null when the turn is over.
   */
  ask(turn: Turn, id: ChannelId, position: Position | null): Promise<Outcome<Told> | null> {
    return new Promise((resolve) => {
      this.#waiting.push({ turn, channel: { id, ...position }, resolve });
      if (this.#busy) return;
      this.#busy = true;
      queueMicrotask(() => {
        this.#work().catch((error: unknown) => {
          this.#busy = false;
          this.#parts.failed(error);
        });
      });
    });
  }

  /** Runs the task when fewer than a few run. */
  async reading<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  /** One call after the other, until nothing is asked any more. */
  async #work(): Promise<void> {
    const { calls, timers } = this.#parts;
    let attempt = 0;
    for (let asked = this.#next(); asked.length > 0; asked = this.#next()) {
      const channels = asked.map(({ channel }) => channel);
      const outcome = await calls.call('channel.sync', { channels });
      if (outcome.ok) {
        hand(outcome.data.channels, asked);
        this.#most = SYNC_CHANNELS;
        attempt = 0;
      } else if (outcome.refusal.retry !== 'never') {
        this.#waiting.unshift(...asked);
        const over = Promise.all(asked.map(({ turn }) => turn.ended));
        await timers.wait(outcome.refusal.retryAfterMs ?? backoff(attempt), over);
        attempt += 1;
      } else if (asked.length === 1) {
        asked[0]?.resolve(outcome);
        this.#most = SYNC_CHANNELS;
      } else {
        // One of them spoils the call for the others: halves of it find out which.
        this.#waiting.unshift(...asked);
        this.#most = Math.ceil(asked.length / 2);
      }
    }
    this.#busy = false;
  }

  #next(): Asked[] {
    const over = this.#waiting.filter(({ turn }) => turn.isOver());
    this.#waiting = this.#waiting.filter(({ turn }) => !turn.isOver());
    for (const { resolve } of over) resolve(null);
    return this.#waiting.splice(0, this.#most);
  }
}

function hand(answers: readonly Answer[], asked: readonly Asked[]): void {
  const told = new Map(answers.map((answer) => [answer.id, answer]));
  for (const { channel, resolve } of asked) {
    const answer = told.get(channel.id);
    if (!answer || answer.answer === 'head') resolve(null);
    else if (answer.answer !== 'refused') resolve({ ok: true, data: answer });
    else resolve({ ok: false, refusal: { code: answer.code, retry: 'never', traceId: null } });
  }
}
