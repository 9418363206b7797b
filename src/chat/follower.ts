/** Follows one channel's log and emits it to this node's connections: contiguous, in order, and to nobody removed. */
import type {
  ChannelEvent,
  ChannelFrame,
  ChannelId,
  ClosureCode,
  HistoryPolicy,
  UserId,
} from '../contract/index.ts';
import { Refusal } from '../kernel/index.ts';
import { FlushWindow } from './flush-window.ts';
import { HeldNotices } from './held-notices.ts';
import { withheld } from './withheld.ts';

/** The connections of this node; the follower alone decides who is in a channel's room. */
export interface Audience {
  /** False when the connection is gone. */
  join(connectionId: string, channelId: ChannelId): boolean;
  /** Takes all connections of the user out of the channel's room. */
  evict(userId: UserId, channelId: ChannelId): void;
  emit(channelId: ChannelId, frame: ChannelFrame): void;
  /** For one connection alone. */
  emitTo(connectionId: string, frame: ChannelFrame): void;
  size(channelId: ChannelId): number;
  /** Ends every connection in the room; each reconnects and reads what it missed. */
  disperse(channelId: ChannelId, closure: ClosureCode): void;
}

/** What one snapshot of the database says about the channel, for a follower that is at `since`. */
export interface Look {
  readonly epoch: number;
  readonly historyPolicy: HistoryPolicy;
  readonly newestJoinedSeq: number;
  readonly head: number;
  readonly events: readonly ChannelEvent[];
  /** False when the gap was too wide to read. */
  readonly complete: boolean;
  /** Whether the person asked about may read the channel now. */
  readonly mayRead: boolean;
}

/** How far a connection that comes in was told of the channel by the answer that lets it in. */
export interface Covered {
  readonly rev: number;
  readonly epoch: number;
}

export interface FollowerPorts {
  readonly audience: Audience;
  /** Reads the log after `since` (null: only where it stands), and whether `reader` may read it. */
  readonly look: (since: number | null, reader: UserId | null) => Promise<Look>;
  /** Runs `task` after that many milliseconds; returns how to call it off. */
  readonly later: (milliseconds: number, task: () => void) => () => void;
  readonly failed: (error: unknown) => void;
  /** Asked before each frame; while it says no, nothing is emitted and the follower stays where it is. */
  readonly mayDeliver?: () => boolean;
}

/** How long a hole is held open for the notice that would fill it. */
const HOLE_MS = 50;
/** Notices that wait for the end of a window; with one more it ends early, so that no frame grows without bound. */
const GATHERED_NOTICES = 64;
/** Pause before another attempt when the log cannot be read. */
const RETRY_MS = 500;

interface Position {
  rev: number;
  epoch: number;
  historyPolicy: HistoryPolicy;
  newestJoinedSeq: number;
}

export class Follower {
  readonly #channelId: ChannelId;
  readonly #ports: FollowerPorts;
  #position: Position | null = null;
  readonly #held = new HeldNotices();
  /** The highest revision anybody told us of. */
  #heard = 0;
  /** At which revision somebody was last removed, as far as this follower has come. */
  readonly #removed = new Map<UserId, number>();
  #arriving = 0;
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
    // Who comes or goes is told at once: a removal waits for nothing.
    const mayWait =
      this.#held.size <= GATHERED_NOTICES && events.every((e) => e.kind === 'message');
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
    covered: Covered | null = null,
  ): Promise<boolean> {
    this.#arriving += 1;
    return this.#alone(async () => {
      let look = await this.#catchUp(userId);
      // Notices may have brought the removal while the look was under way: then the snapshot is out of date.
      while (look.mayRead && (this.#removed.get(userId) ?? 0) > look.head)
        look = await this.#catchUp(userId);
      return look.mayRead && this.#letIn(connectionId, covered);
    }).finally(() => {
      this.#arriving -= 1;
      if (this.#arriving === 0) this.#removed.clear();
    });
  }

  /** What lies between what the connection was told and its first frame would be lost on it: it is shown the gap. */
  #letIn(connectionId: string, covered: Covered | null): boolean {
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
    const { epoch, historyPolicy, newestJoinedSeq, head } = look;
    const position = (this.#position ??= { rev: head, epoch, historyPolicy, newestJoinedSeq });
    if (epoch !== position.epoch) {
      // Another incarnation of the database: what was heard of the old one is not true of it.
      this.#startOver();
      this.#position = { rev: head, epoch, historyPolicy, newestJoinedSeq };
      this.#held.clear();
      this.#heard = head;
      return this.#catchUp(reader); // some of it may have been of the new one
    }
    if (!look.complete) {
      this.#startOver();
      position.rev = Math.max(position.rev, head);
    }
    position.historyPolicy = historyPolicy;
    position.newestJoinedSeq = Math.max(position.newestJoinedSeq, newestJoinedSeq);
    // Notices may have moved the follower on while the look was under way.
    const events = look.events.filter(({ rev }) => rev > position.rev);
    if (head > position.rev && !this.#apply(position, head, events))
      throw new Refusal('unavailable'); // nobody may be let in at a place that is not reached
    this.#drain();
    return look;
  }

  /**
   * Applies events in order. A removal ends its frame, so that nothing later is sent before the eviction. False when
   * it may not deliver: then it has come only as far as its position says, and the rest is read again.
   */
  #apply(position: Position, last: number, events: readonly ChannelEvent[]): boolean {
    let batch: ChannelEvent[] = [];
    for (const event of events) {
      if (event.kind === 'member' && event.member.state === 'joined')
        position.newestJoinedSeq = Math.max(position.newestJoinedSeq, event.member.joinedSeq);
      batch.push(withheld(event, position));
      if (event.kind !== 'member' || event.member.state !== 'left') continue;
      if (!this.#emit(position, event.rev, batch)) return false;
      if (this.#arriving > 0) this.#removed.set(event.member.userId, event.rev);
      this.#ports.audience.evict(event.member.userId, this.#channelId);
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
