/** Follows one channel's log and emits it to this node's connections: contiguous, in order, and to nobody removed. */
import type { ChannelEvent, ChannelId, UserId } from '../contract/index.ts';
import { Refusal } from '../kernel/index.ts';
import { FlushWindow } from './flush-window.ts';
import type { FollowerPorts, Look, Place, Position } from './follower-ports.ts';
import { HeldNotices } from './held-notices.ts';
import { mayEndReading, moveOn, narrowedAt } from './narrowed.ts';
import { withheld } from './withheld.ts';

export type { Audience, FollowerPorts, Look, Place, Room } from './follower-ports.ts';

/** How long a hole is held open for the notice that would fill it. */
const HOLE_MS = 50;
/** Notices that wait for the end of a window; with one more it ends early, so that no frame grows without bound. */
const GATHERED_NOTICES = 64;
/** Pause before another attempt when the log cannot be read. */
const RETRY_MS = 500;
/** Reads of the head, two a second, after which one that is not yet where the first was gives up: two rounds. */
const OVERDUE_READS = 40;

export class Follower {
  readonly #channelId: ChannelId;
  readonly #ports: FollowerPorts;
  #position: Position | null = null;
  readonly #held = new HeldNotices();
  /** The highest revision anybody told us of. */
  #heard = 0;
  /** At which revision somebody was last taken out of the room, as far as this follower has come. */
  readonly #removed = new Map<UserId, number>();
  /** At which revision reading was last taken from some of the room. */
  #narrowed = 0;
  #arriving = 0;
  /** The log may not be the one that was read: it is looked at although nothing is missing. */
  #doubted = false;
  /** What had to be emitted when the head was read, and how often it was read since. */
  readonly #owed = { rev: 0, reads: 0 };
  #stopped = false;
  #tail: Promise<unknown> = Promise.resolve();
  #callOff: (() => void) | null = null;
  readonly #window: FlushWindow;

  constructor(channelId: ChannelId, ports: FollowerPorts) {
    this.#channelId = channelId;
    this.#ports = ports;
    this.#window = new FlushWindow(ports.later);
  }

  /** Takes a commit notice; what is already emitted is ignored. */
  changed(last: number, events: readonly ChannelEvent[]): void {
    this.#heard = Math.max(this.#heard, last);
    this.#held.add(events);
    // Who comes or goes, or may read, is told at once: a removal waits for nothing.
    const waits = ({ kind }: ChannelEvent) => kind !== 'member' && kind !== 'channel';
    const mayWait = this.#held.size <= GATHERED_NOTICES && events.every(waits);
    if (!this.#window.isOpen || !mayWait) this.#drain();
    else if (this.#isBehind()) this.#fillIn(HOLE_MS);
  }

  /**
   * Lets a connection in at the follower's position, if its user may read the channel in the very snapshot that
   * brings the follower there: a removal is either in it, or comes later in the log and evicts.
   */
  async subscribe(
    connectionId: string,
    userId: UserId,
    covered: Place | null = null,
  ): Promise<boolean> {
    this.#arriving += 1;
    return this.#alone(async () => {
      let look = await this.#catchUp(userId);
      // Notices may have brought the removal while the look was under way: then the snapshot is out of date.
      while (look.mayRead && Math.max(this.#removed.get(userId) ?? 0, this.#narrowed) > look.head)
        look = await this.#catchUp(userId);
      return look.mayRead && this.#letIn(connectionId, covered);
    }).finally(() => {
      if (--this.#arriving === 0) this.#removed.clear();
    });
  }

  /** What lies between what the connection was told and its first frame would be lost on it: it is shown the gap. */
  #letIn(connectionId: string, covered: Place | null): boolean {
    const { audience, mayDeliver } = this.#ports;
    const channelId = this.#channelId;
    const { rev = 0, epoch = 0 } = this.#position ?? {};
    const isBehind = covered !== null && (covered.rev < rev || covered.epoch !== epoch);
    if (isBehind && mayDeliver?.() === false) throw new Refusal('unavailable');
    if (!audience.join(connectionId, channelId)) return false;
    if (isBehind)
      audience.emitTo(connectionId, { channelId, epoch, prev: rev, last: rev, events: [] });
    return true;
  }

  /** Where it has come: all of the log up to there was emitted, and its room is that of then. */
  get place(): Place | null {
    return this.#position && { rev: this.#position.rev, epoch: this.#position.epoch };
  }

  /** Takes where the log ended at a moment at which the follower had been at `since` already. */
  stands(head: Place, since: Place | null): void {
    if (since && (head.epoch !== since.epoch || head.rev < since.rev)) {
      this.#doubted = true;
      this.#fillIn(0);
      return;
    }
    this.changed(head.rev, []);
    this.#expect(head.rev);
  }

  /** True while somebody listens or is about to. */
  get needed(): boolean {
    return this.#arriving > 0 || this.#ports.audience.size(this.#channelId) > 0;
  }

  /** Nothing is emitted and nothing is read any more, not even what a look under way brings. */
  stop(): void {
    this.#stopped = true;
    this.#callOff?.();
    this.#window.close();
    this.#held.clear();
  }

  /** Whoever is not brought to where the log was long ago is not brought there by waiting: the room starts over. */
  #expect(head: number): void {
    const rev = this.#position?.rev ?? 0;
    const owed = this.#owed;
    const isOverdue = this.#position && rev < owed.rev && this.#ports.mayDeliver?.() !== false;
    owed.reads = isOverdue ? owed.reads + 1 : 0;
    if (!isOverdue) owed.rev = head;
    if (owed.reads < OVERDUE_READS) return;
    owed.reads = 0;
    this.#ports.failed(new Error(`a follower stays at ${rev} of ${head}`));
    this.#startOver();
  }

  /** Emits everything that follows without a hole; waits for, then reads, what does not. */
  #drain(): void {
    const position = this.#position;
    if (!position) return; // the first look is under way and reads all that was heard of
    const { last, events } = this.#held.after(position.rev);
    if (last > position.rev) this.#apply(position, last, events);
    this.#held.forget(position.rev);
    if (this.#isBehind()) this.#fillIn(HOLE_MS);
  }

  /** Whether something is missing; what waits for the end of the window is not. */
  #isBehind(): boolean {
    if (!this.#position) return false;
    if (this.#doubted) return true;
    const { rev } = this.#position;
    return this.#heard > (this.#window.isOpen ? this.#held.after(rev).last : rev);
  }

  #fillIn(milliseconds: number): void {
    if (this.#stopped) return;
    this.#callOff ??= this.#ports.later(milliseconds, () => {
      this.#callOff = null;
      void this.#alone(async () => {
        if (this.#isBehind()) await this.#catchUp(null);
      }).catch((error: unknown) => {
        this.#ports.failed(error);
        this.#fillIn(RETRY_MS);
      });
    });
  }

  /** One look at the database, applied. Runs alone, so no other look can apply an older snapshot after it. */
  async #catchUp(reader: UserId | null): Promise<Look> {
    const since = this.#position?.rev ?? null;
    const look = await this.#ports.look(since, reader);
    if (this.#stopped) return { ...look, mayRead: false };
    const { epoch, historyPolicy, newestJoinedSeq, accessRev, head } = look;
    const latest = { rev: head, epoch, historyPolicy, newestJoinedSeq, accessRev };
    const position = (this.#position ??= latest);
    this.#doubted = false;
    if (epoch !== position.epoch || head < (since ?? 0)) {
      // Another incarnation of the database: what was heard of the old one is not true of it.
      this.#startOver();
      this.#position = latest;
      this.#held.clear();
      this.#removed.clear();
      this.#narrowed = 0;
      this.#heard = head;
      this.#owed.rev = head;
      return this.#catchUp(reader); // some of it may have been of the new one
    }
    if (!look.complete) {
      this.#startOver();
      position.rev = Math.max(position.rev, head);
    }
    // The stricter one, until the change itself is applied: what lies before it is told as well.
    if (head >= position.rev && (!look.complete || historyPolicy !== 'all'))
      position.historyPolicy = historyPolicy;
    position.newestJoinedSeq = Math.max(position.newestJoinedSeq, newestJoinedSeq);
    position.accessRev = Math.max(position.accessRev, accessRev);
    // Notices may have moved the follower on while the look was under way.
    const events = look.events.filter(({ rev }) => rev > position.rev);
    if (head > position.rev && !this.#apply(position, head, events))
      throw new Refusal('unavailable'); // nobody may be let in at a place that is not reached
    this.#drain();
    return look;
  }

  /**
   * Applies events in order. Whatever may end somebody's reading ends its frame, so that nothing later is sent before
   * the eviction; and before reading is taken from some, all leave and are asked again. False when it may not
   * deliver: then it has come only as far as its position says, and the rest is read again.
   */
  #apply(position: Position, last: number, events: readonly ChannelEvent[]): boolean {
    let batch: ChannelEvent[] = [];
    let narrowed = narrowedAt(events, position.rev);
    for (const event of events) {
      if (event.rev >= narrowed) {
        const before = narrowed - 1;
        if (before > position.rev && !this.#emit(position, before, batch)) return false;
        this.#narrowed = narrowed;
        this.#ports.audience.vacate(this.#channelId);
        [batch, narrowed] = [[], Infinity];
      }
      moveOn(position, event);
      batch.push(withheld(event, position));
      if (!mayEndReading(event, position)) continue;
      if (!this.#emit(position, event.rev, batch)) return false;
      const { userId, state } = event.member;
      if (this.#arriving > 0) this.#removed.set(userId, event.rev);
      this.#ports.audience.evict(userId, this.#channelId, state === 'joined');
      batch = [];
    }
    return last <= position.rev || this.#emit(position, last, batch);
  }

  #startOver(): void {
    this.#ports.audience.disperse(this.#channelId, 'resubscribe');
  }

  #emit(position: Position, last: number, events: ChannelEvent[]): boolean {
    const { audience, mayDeliver } = this.#ports;
    if (mayDeliver?.() === false) return false;
    const { epoch, rev: prev } = position;
    position.rev = last;
    audience.emit(this.#channelId, { channelId: this.#channelId, epoch, prev, last, events });
    if (!this.#stopped) this.#window.open(audience.size(this.#channelId), () => this.#drain());
    return true;
  }

  #alone<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(task);
    this.#tail = run.catch(() => undefined);
    return run;
  }
}
