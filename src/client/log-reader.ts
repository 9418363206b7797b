/** Reads a channel's log from the server until everything is there: subscribe, load or resume, then what arrived meanwhile. */
import type { ChannelId } from '../contract/ids.ts';
import type { Channel } from '../contract/shapes.ts';
import { PAGE_ENTRIES } from '../contract/sizes.ts';
import type { Calls } from './calls.ts';
import type { FrameQueue } from './frame-queue.ts';
import type { LogContent } from './log-content.ts';
import { backoff, type Timers } from './timers.ts';
import type { CallOutcome, InputOf, OperationName, OutputOf, Refused } from './types.ts';

/** One attempt to bring the log up to date; a later one makes it `over`, and what it still reads is dropped. */
export class Turn {
  #over = false;

  isOver(): boolean {
    return this.#over;
  }

  end(): void {
    this.#over = true;
  }
}

export interface ReaderParts {
  readonly channelId: ChannelId;
  readonly calls: Pick<Calls, 'call'>;
  readonly timers: Timers;
  readonly content: LogContent;
  readonly queue: FrameQueue;
  readonly keep: number;
  readonly refused: (refusal: Refused) => void;
}

export class LogReader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** True when everything is there. False when the turn is over or reading was refused for good. */
  async catchUp(turn: Turn): Promise<boolean> {
    const { content } = this.#parts;
    const channel = await this.#subscribe(turn);
    if (!channel) return false;
    if (content.position) return this.settle(turn, true);
    return (await this.#load(turn, channel)) && this.settle(turn, false);
  }

  /**
   * Until nothing is missing, not even of what arrived meanwhile: resumes if something lies between the position
   * and the head, applies what is queued, and fetches withheld texts.
   */
  async settle(turn: Turn, behind: boolean): Promise<boolean> {
    for (;;) {
      if (behind && !(await this.#resume(turn))) return false;
      behind = this.#drain();
      if (behind) continue;
      if (!(await this.#fetchWithheld(turn))) return false;
      if (this.#parts.queue.isEmpty) return true;
    }
  }

  async #resume(turn: Turn): Promise<boolean> {
    const { content, channelId } = this.#parts;
    for (;;) {
      if (!content.position) {
        const channel = await this.#subscribe(turn);
        return channel ? this.#load(turn, channel) : false;
      }
      const page = await this.#ask(turn, 'channel.resume', { channelId, ...content.position });
      if (!page) return false;
      const stuck = page.upTo <= content.position.rev && page.upTo < page.head;
      if (page.reset || stuck) {
        content.lose();
        continue;
      }
      content.applyEvents(page.events, page.upTo);
      if (page.upTo >= page.head) return true;
    }
  }

  /** Fetches the texts that frames left out, for whoever may read them; the others have no place in the log. */
  async #fetchWithheld(turn: Turn): Promise<boolean> {
    const { content, channelId } = this.#parts;
    const { withheld, window } = content;
    while (withheld.size > 0) {
      const top = Math.max(...withheld);
      const limit = Math.min(PAGE_ENTRIES, top - Math.min(...withheld) + 1);
      const page = await this.#ask(turn, 'message.history', { channelId, before: top + 1, limit });
      if (!page) return false;
      for (const message of page.messages) if (withheld.has(message.seq)) window.apply(message);
      const down = page.more ? (page.messages[0]?.seq ?? 0) : 0;
      for (const seq of [...withheld])
        if (seq >= down) {
          withheld.delete(seq);
          if (window.get(seq)?.content === 'withheld') window.remove(seq);
        }
    }
    return true;
  }

  async #subscribe(turn: Turn): Promise<Channel | null> {
    const channel = await this.#ask(turn, 'channel.subscribe', {
      channelId: this.#parts.channelId,
    });
    if (channel) this.#parts.content.channel = channel;
    return channel;
  }

  /** A short log is read from its beginning, with all members; of a long one the newest messages. */
  async #load(turn: Turn, { epoch, lastRev }: Channel): Promise<boolean> {
    const { content, channelId, keep } = this.#parts;
    if (lastRev <= PAGE_ENTRIES) {
      const start = { rev: 0, epoch };
      const all = await this.#ask(turn, 'channel.resume', { channelId, ...start });
      if (!all) return false;
      if (!all.reset) {
        content.restart(start, [], false);
        content.applyEvents(all.events, all.upTo);
        return true;
      }
    }
    const limit = Math.min(keep, PAGE_ENTRIES);
    const newest = await this.#ask(turn, 'message.history', { channelId, limit });
    if (!newest) return false;
    const { rev, messages, more } = newest;
    content.restart({ rev, epoch: newest.epoch }, messages, more);
    return true;
  }

  /** Applies what arrived meanwhile; true if something in between is missing. */
  #drain(): boolean {
    const { frames, lost } = this.#parts.queue.take();
    let gap = lost;
    for (const frame of frames) if (!this.#parts.content.applyFrame(frame)) gap = true;
    return gap;
  }

  /** Asks until there is an answer; null when the turn is over, or after a refusal that stands. */
  async #ask<N extends OperationName>(
    turn: Turn,
    name: N,
    input: InputOf<N>,
  ): Promise<OutputOf<N> | null> {
    const { calls, timers, refused } = this.#parts;
    for (let attempt = 0; !turn.isOver(); attempt += 1) {
      const outcome: CallOutcome<N> = await calls.call(name, input);
      if (turn.isOver()) return null;
      if (outcome.ok) return outcome.data;
      const { refusal } = outcome;
      if (refusal.retry === 'never') {
        refused(refusal);
        return null;
      }
      await timers.wait(refusal.retryAfterMs ?? backoff(attempt));
    }
    return null;
  }
}
