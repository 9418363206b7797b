/** A channel as its reader sees it: frames are applied only where they follow on, and every gap is read back. */
import type { ChannelId, UserId } from '../contract/ids.ts';
import type { ChannelFrame } from '../contract/shapes.ts';
import type { ChannelLog, LogEnd, LogState, OutboxEntry, SendOptions, Unlisten } from './api.ts';
import type { Calls } from './calls.ts';
import { FrameQueue } from './frame-queue.ts';
import { LogContent, type Position } from './log-content.ts';
import { LogReader, Turn, type ReaderParts } from './log-reader.ts';
import type { OutboxBox } from './outbox.ts';
import type { Timers } from './timers.ts';
import type { Outcome } from './types.ts';
import { Changes } from './watched.ts';

export interface LogParts {
  readonly id: ChannelId;
  readonly calls: Pick<Calls, 'call'>;
  readonly sync: ReaderParts['sync'];
  readonly timers: Timers;
  readonly outbox: Pick<OutboxBox, 'add' | 'entries' | 'on'>;
  readonly keep: number;
  readonly me: () => UserId | null;
  readonly failed: (error: unknown) => void;
  /** It was closed and hears of nothing any more. */
  readonly closed: () => void;
}

/** Older messages read at a time. */
const PAGE = 100;
/** How long what a head tells of may still be under way. */
const HEAD_GRACE_MS = 500;

export class Log implements ChannelLog {
  readonly id: ChannelId;
  readonly #parts: LogParts;
  readonly #content: LogContent;
  readonly #queue = new FrameQueue();
  readonly #reader: LogReader;
  readonly #changes: Changes;
  readonly #waiting = new Set<() => void>();
  readonly #unlisten: Unlisten;
  #state: LogState = { is: 'loading' };
  #turn = new Turn();
  #older: Promise<Outcome<number>> | null = null;
  /** Calls off the look whether what a head told of has come. */
  #callOff: (() => void) | null = null;

  constructor(parts: LogParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#content = new LogContent(parts.keep, parts.me);
    this.#changes = new Changes(parts.failed);
    this.#unlisten = parts.outbox.on('changed', () => this.#changes.changed());
    this.#reader = new LogReader({
      ...parts,
      channelId: parts.id,
      content: this.#content,
      queue: this.#queue,
      refused: (refusal) => this.end(refusal),
    });
  }

  get state(): LogState {
    return this.#state;
  }

  get channel() {
    return this.#content.channel;
  }

  get rev() {
    return this.#content.position?.rev ?? 0;
  }

  get messages() {
    return this.#content.window.list;
  }

  get members() {
    return this.#content.members;
  }

  get membersComplete() {
    return this.#content.membersComplete;
  }

  get hasOlder() {
    return this.#content.window.hasOlder;
  }

  get unsent(): readonly OutboxEntry[] {
    return this.#parts.outbox.entries.filter(({ channelId }) => channelId === this.id);
  }

  on(_event: 'changed', listener: () => void): Unlisten {
    return this.#changes.on(listener);
  }

  ready(): Promise<LogState> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#state.is !== 'live' && this.#state.is !== 'closed') return;
        this.#waiting.delete(look);
        resolve(this.#state);
      };
      this.#waiting.add(look);
      look();
    });
  }

  send(body: string, { replyTo, mentions }: SendOptions = {}): Promise<OutboxEntry> {
    return this.#parts.outbox.add(this.id, body, replyTo ?? null, mentions);
  }

  loadOlder(): Promise<Outcome<number>> {
    return (this.#older ??= this.#loadOlder().finally(() => (this.#older = null)));
  }

  trim(): void {
    this.#content.window.trim();
    this.#changes.changed();
  }

  close(): void {
    this.end({ code: 'closed' });
  }

  /** Closes it for that reason; what it holds can still be read. */
  end(because: LogEnd): void {
    if (this.#state.is === 'closed') return;
    this.#overtake();
    this.#queue.clear();
    this.#unlisten();
    this.#become({ is: 'closed', because });
    this.#parts.closed();
  }

  /** There is a connection, and this log has no part in it yet. Resolves when it is live, closed, or lost again. */
  catchUp(): Promise<void> {
    return this.#work((turn) => this.#reader.catchUp(turn));
  }

  /** There is no connection: nothing is up to date any more, and nothing that is under way will be. */
  lost(): void {
    this.#overtake();
    this.#queue.clear();
    if (this.#state.is === 'live') this.#become({ is: 'behind' });
  }

  /** Takes a frame of this channel. */
  frame(frame: ChannelFrame): void {
    if (this.#state.is === 'closed') return;
    const live = this.#state.is === 'live';
    const applied = live && this.#content.applyFrame(frame);
    const left = this.#ownEnd(frame);
    if (left !== null) {
      this.end({ code: 'left', rev: left });
      return;
    }
    if (!applied) this.#queue.add(frame);
    const settled = applied && this.#content.withheld.size === 0;
    if (live && !settled) void this.#work((turn) => this.#reader.settle(turn, !applied));
    if (applied) this.#changes.changed();
  }

  /** Takes where the channel's log ends: what is there and not here was lost, unless it is under way. */
  head(head: Position): void {
    if (!this.#misses(head)) return;
    this.#callOff ??= this.#parts.timers.after(HEAD_GRACE_MS, () => {
      this.#callOff = null;
      if (!this.#misses(head)) return;
      if (head.epoch !== this.#content.position?.epoch) this.#content.lose();
      void this.#work((turn) => this.#reader.settle(turn, true));
    });
  }

  /** Whoever is reading reads to the end by themselves: only a log that is live can miss anything. */
  #misses({ rev, epoch }: Position): boolean {
    const { position } = this.#content;
    if (this.#state.is !== 'live' || !position) return false;
    return epoch !== position.epoch || rev > position.rev;
  }

  /** The revision at which one left, or was removed, after the server last said that one may read here; or null. */
  #ownEnd({ events }: ChannelFrame): number | null {
    const me = this.#parts.me();
    const since = this.#content.channel?.lastRev ?? 0;
    for (const event of events)
      if (event.kind === 'member' && event.member.userId === me)
        if (event.member.state === 'left' && event.rev > since) return event.rev;
    return null;
  }

  async #work(task: (turn: Turn) => Promise<boolean>): Promise<void> {
    if (this.#state.is === 'closed') return;
    this.#overtake();
    const turn = new Turn();
    this.#turn = turn;
    if (this.#state.is === 'live') this.#become({ is: 'behind' });
    try {
      const done = await task(turn);
      if (!turn.isOver() && done) this.#become({ is: 'live' });
    } catch (error) {
      this.#parts.failed(error);
    }
  }

  async #loadOlder(): Promise<Outcome<number>> {
    const { window } = this.#content;
    for (;;) {
      const { first } = window;
      if (!first || !window.hasOlder) return { ok: true, data: 0 };
      this.#content.beginOlder();
      const input = { channelId: this.id, before: first.seq, limit: PAGE };
      const outcome = await this.#parts.calls.call('message.history', input);
      if (!outcome.ok) {
        this.#content.endOlder([], true);
        return outcome;
      }
      const { messages, more, epoch } = outcome.data;
      if (this.#state.is === 'closed') return { ok: true, data: 0 };
      if (epoch !== this.#content.position?.epoch) {
        // Of another incarnation than what is shown, which then is out of date.
        this.#content.lose();
        this.#content.endOlder([], true);
        await this.catchUp();
        continue;
      }
      const before = window.list.length;
      if (!this.#content.endOlder(messages, more)) continue;
      this.#changes.changed();
      return { ok: true, data: Math.max(0, window.list.length - before) };
    }
  }

  /** Whatever is read or waited for is out of date. */
  #overtake(): void {
    this.#turn.end();
    this.#callOff?.();
    this.#callOff = null;
  }

  #become(state: LogState): void {
    this.#state = state;
    for (const look of [...this.#waiting]) look();
    this.#changes.changed();
  }
}
