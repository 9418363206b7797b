/** Reads a channel's log from the server until everything is there: sync, load or resume, then what arrived meanwhile. */
import type { ChannelId } from '../contract/ids.ts';
import { PAGE_ENTRIES } from '../contract/sizes.ts';
import type { Calls } from './calls.ts';
import type { FrameQueue } from './frame-queue.ts';
import type { LogContent } from './log-content.ts';
import type { LogSync, Told } from './log-sync.ts';
import { backoff, type Timers } from './timers.ts';
import type { CallOutcome, InputOf, OperationName, OutputOf, Refused } from './types.ts';

/** One attempt to bring the log up to date; a later one makes it `over`, and what it still reads is dropped. */
export class Turn {
  readonly ended: Promise<void>;
  #over = false;
  #end: () => void = () => undefined;

  constructor() {
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  isOver(): boolean {
    return this.#over;
  }

  end(): void {
    this.#over = true;
    this.#end();
  }
}

export interface ReaderParts {
  readonly channelId: ChannelId;
  readonly calls: Pick<Calls, 'call'>;
  readonly sync: Pick<LogSync, 'ask' | 'reading'>;
  readonly timers: Timers;
  readonly content: LogContent;
  readonly queue: FrameQueue;
  readonly keep: number;
  readonly refused: (refusal: Refused) => void;
}

/** `lost`: the log has to be asked for from its position, or anew. `ended`: the turn is over, or reading refused. */
type Progress = 'there' | 'lost' | 'ended';

export class LogReader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** True when everything is there. False when the turn is over or reading was refused for good. */
  async catchUp(turn: Turn): Promise<boolean> {
    const { sync, channelId, content, queue, refused } = this.#parts;
    for (;;) {
      const outcome = await sync.ask(turn, channelId, content.position);
      if (!outcome || turn.isOver()) return false;
      if (!outcome.ok) {
        refused(outcome.refusal);
        return false;
      }
      const next = this.#take(outcome.data);
      if (next === 'again') continue;
      if (next === 'nothing' && queue.isEmpty && content.withheld.size === 0) return true;
      const progress = await sync.reading(async () => {
        if (next === 'load' && !(await this.#load(turn))) return 'ended';
        return this.#settle(turn, next === 'resume');
      });
      if (progress !== 'lost') return progress === 'there';
    }
  }

  /**
   * Until nothing is missing, not even of what arrived meanwhile: resumes if something lies between the position
   * and the head, applies what is queued, and fetches withheld texts. True and false as for `catchUp`.
   */
  async settle(turn: Turn, behind: boolean): Promise<boolean> {
    const progress = await this.#settle(turn, behind);
    return progress === 'lost' ? this.catchUp(turn) : progress === 'there';
  }

  /** Applies what a sync told; what is to be done next. */
  #take(told: Told): 'nothing' | 'resume' | 'load' | 'again' {
    const { content } = this.#parts;
    content.channel = told.channel;
    if (told.answer === 'current') return 'nothing';
    if (told.answer === 'reset') {
      if (!content.position) return 'load';
      content.lose();
      return 'again'; // a short log is told from its beginning
    }
    const { since, upTo, events, more, channel } = told;
    if (!content.position) content.restart({ rev: since, epoch: channel.epoch }, [], false);
    content.applyEvents(events, upTo);
    if (!more) return 'nothing';
    return upTo > since ? 'resume' : 'again'; // the others of the call took all the room
  }

  async #settle(turn: Turn, behind: boolean): Promise<Progress> {
    for (;;) {
      const progress = behind ? await this.#resume(turn) : 'there';
      if (progress !== 'there') return progress;
      behind = this.#drain();
      if (behind) continue;
      const fetched = await this.#fetchWithheld(turn);
      if (fetched !== 'there') return fetched;
      if (this.#parts.queue.isEmpty) return 'there';
    }
  }

  async #resume(turn: Turn): Promise<Progress> {
    const { content, channelId } = this.#parts;
    while (content.position) {
      const page = await this.#ask(turn, 'channel.resume', { channelId, ...content.position });
      if (!page) return 'ended';
      const stuck = page.upTo <= content.position.rev && page.upTo < page.head;
      if (page.reset || stuck) break;
      content.applyEvents(page.events, page.upTo);
      if (page.upTo >= page.head) return 'there';
    }
    content.lose();
    return 'lost';
  }

  /** Fetches the texts that frames left out, for whoever may read them; the others have no place in the log. */
  async #fetchWithheld(turn: Turn): Promise<Progress> {
    const { content, channelId } = this.#parts;
    const { withheld, window } = content;
    while (withheld.size > 0) {
      const top = Math.max(...withheld);
      const limit = Math.min(PAGE_ENTRIES, top - Math.min(...withheld) + 1);
      const page = await this.#ask(turn, 'message.history', { channelId, before: top + 1, limit });
      if (!page) return 'ended';
      if (page.epoch !== content.position?.epoch) {
        content.lose();
        return 'lost';
      }
      for (const message of page.messages) if (withheld.has(message.seq)) window.apply(message);
      const down = page.more ? (page.messages[0]?.seq ?? 0) : 0;
      for (const seq of [...withheld])
        if (seq >= down) {
          withheld.delete(seq);
          if (window.get(seq)?.content === 'withheld') window.remove(seq);
        }
    }
    return 'there';
  }

  /**
   * Reads the newest messages of a log that is too long to be told from its beginning. Of its members only those are
   * known of whom the log tells from here on (`membersComplete` is false): an operation that lists them would be
   * called here, and its answer applied before what is queued.
   */
  async #load(turn: Turn): Promise<boolean> {
    const { content, channelId, keep } = this.#parts;
    const limit = Math.min(keep, PAGE_ENTRIES);
    const newest = await this.#ask(turn, 'message.history', { channelId, limit });
    if (!newest) return false;
    const { rev, epoch, messages, more } = newest;
    content.restart({ rev, epoch }, messages, more);
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
      await timers.wait(refusal.retryAfterMs ?? backoff(attempt), turn.ended);
    }
    return null;
  }
}
