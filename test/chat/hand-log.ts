/** A channel's log kept by hand, and the connections, looks and timers of a node that follows it, moved by the test. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { FollowerPorts, Look, Room } from '../../src/chat/follower.ts';
import type {
  ChannelEvent,
  ChannelFrame,
  ChannelId,
  HistoryPolicy,
  Member,
  Message,
  MessageId,
  UserId,
} from '../../src/contract/index.ts';

export const CHANNEL = randomUUID() as ChannelId;

interface Interval {
  readonly userId: UserId;
  readonly joinedSeq: number;
  readonly joinedRev: number;
  leftSeq: number | null;
  leftRev: number | null;
}

/** Every change in order of revision; a look sees the state that all of them up to a head add up to. */
export class HandLog {
  readonly changes: { readonly key: string; readonly event: ChannelEvent }[] = [];
  readonly intervals: Interval[] = [];
  historyPolicy: HistoryPolicy;
  accessRev = 0;
  epoch = 1;
  #posts: Message[] = [];

  constructor(historyPolicy: HistoryPolicy = 'all') {
    this.historyPolicy = historyPolicy;
  }

  get head(): number {
    return this.changes.length;
  }

  get posts(): readonly Message[] {
    return this.#posts;
  }

  post(body = 'text'): ChannelEvent {
    const seq = this.#posts.length + 1;
    const authorId = CHANNEL as string as UserId;
    const place = { id: `${seq}` as MessageId, channelId: CHANNEL, seq, version: 1, authorId };
    const times = { at: 0, editedAt: null, deletedAt: null, deletedBy: null, replyTo: null };
    return this.#message({ ...place, ...times, rev: 0, content: 'present', body });
  }

  edit(seq: number, body = 'edited'): ChannelEvent {
    const post = this.#posts[seq - 1] ?? assert.fail(`no post ${seq}`);
    return this.#message({ ...post, version: post.version + 1, body });
  }

  delete(seq: number): ChannelEvent {
    const post = this.#posts[seq - 1] ?? assert.fail(`no post ${seq}`);
    return this.#message({ ...post, content: 'deleted', body: null });
  }

  join(userId: UserId): ChannelEvent {
    const joinedSeq = this.#posts.length;
    const joinedRev = this.head + 1;
    this.intervals.push({ userId, joinedSeq, joinedRev, leftSeq: null, leftRev: null });
    return this.#member({ userId, role: 'member', state: 'joined', rev: joinedRev, joinedSeq });
  }

  /** The member has another role from here on. */
  role(userId: UserId, role: Member['role']): ChannelEvent {
    const { joinedSeq } = this.#open(userId);
    return this.#member({ userId, role, state: 'joined', rev: this.head + 1, joinedSeq });
  }

  leave(userId: UserId): ChannelEvent {
    const rev = this.head + 1;
    const open = Object.assign(this.#open(userId), { leftRev: rev, leftSeq: this.#posts.length });
    return this.#member({ userId, role: 'member', state: 'left', rev, joinedSeq: open.joinedSeq });
  }

  /** Other settings from here on; `narrows` where some of those who listen may read no more. */
  settle(historyPolicy: HistoryPolicy, narrows: boolean): ChannelEvent {
    const rev = this.head + 1;
    this.historyPolicy = historyPolicy;
    const accessRev = (this.accessRev = narrows ? rev : this.accessRev);
    const place = { kind: 'private', name: 'A channel', topic: null, archived: false } as const;
    const pace = { readOnly: false, slowModeSeconds: 0 };
    const channel = { ...place, ...pace, historyPolicy, accessRev };
    return this.#append('settings', { kind: 'channel', rev, channel });
  }

  /** Whether the user was in the channel right after the change of that revision. */
  isMember(userId: UserId, rev: number): boolean {
    return this.intervals.some(
      (each) =>
        each.userId === userId &&
        each.joinedRev <= rev &&
        (each.leftRev === null || each.leftRev > rev),
    );
  }

  /** What a snapshot that was taken when the log ended at `head` says. */
  look(since: number | null, reader: UserId | null, head = this.head): Look {
    const states = new Map(this.changes.slice(0, head).map(({ key, event }) => [key, event]));
    const events = [...states.values()]
      .filter(({ rev }) => since !== null && rev > since)
      .sort((a, b) => a.rev - b.rev);
    const joins = this.intervals.filter(({ joinedRev }) => joinedRev <= head);
    return {
      epoch: this.epoch,
      historyPolicy: this.historyPolicy,
      newestJoinedSeq: Math.max(0, ...joins.map(({ joinedSeq }) => joinedSeq)),
      accessRev: this.accessRev,
      head,
      events,
      complete: true,
      mayRead: reader !== null && this.isMember(reader, head),
    };
  }

  #open(userId: UserId): Interval {
    const open = this.intervals.find((each) => each.userId === userId && each.leftRev === null);
    return open ?? assert.fail('not a member');
  }

  #message(message: Message): ChannelEvent {
    const rev = this.head + 1;
    const state = { ...message, rev };
    this.#posts[message.seq - 1] = state;
    return this.#append(`m${message.seq}`, { kind: 'message', rev, message: state });
  }

  #member(member: Member): ChannelEvent {
    const { rev, userId } = member;
    const n = this.intervals.filter((each) => each.userId === userId).length;
    return this.#append(`u${userId}${n}`, { kind: 'member', rev, member });
  }

  #append(key: string, event: ChannelEvent): ChannelEvent {
    this.changes.push({ key, event });
    return event;
  }
}

export interface PendingLook {
  readonly since: number | null;
  readonly reader: UserId | null;
  /** Where the log ended when the look began: its snapshot is no older. */
  readonly begun: number;
  readonly resolve: (look: Look) => void;
  readonly reject: (error: Error) => void;
}

/** The ports of a follower: everything it does is recorded, everything it waits for is given by the test. */
export class HandNode implements Room {
  readonly log: HandLog;
  readonly frames: ChannelFrame[] = [];
  /** Who was let in, and how many frames there had been by then. */
  readonly joins: { readonly connectionId: string; readonly frames: number }[] = [];
  /** Frames for one connection alone. */
  readonly places: { readonly connectionId: string; readonly frame: ChannelFrame }[] = [];
  readonly room = new Map<string, UserId>();
  /** Connections that are alive, with their users. */
  readonly alive = new Map<string, UserId>();
  readonly looks: PendingLook[] = [];
  readonly failures: unknown[] = [];
  timers: { readonly milliseconds: number; readonly task: () => void }[] = [];
  dispersals = 0;
  /** How many frames there had been each time that everybody had to leave. */
  readonly vacated: number[] = [];
  /** Who was told to ask again when they were taken out. */
  readonly asked: string[] = [];
  /** Listeners that nothing is known of but that they are many. */
  crowd = 0;
  onEmit: (frame: ChannelFrame) => void = () => undefined;

  constructor(log: HandLog) {
    this.log = log;
  }

  readonly ports: FollowerPorts = {
    audience: this,
    look: (since, reader) =>
      new Promise((resolve, reject) => {
        this.looks.push({ since, reader, begun: this.log.head, resolve, reject });
      }),
    later: (milliseconds, task) => {
      const timer = { milliseconds, task };
      this.timers.push(timer);
      return () => (this.timers = this.timers.filter((each) => each !== timer));
    },
    failed: (error) => void this.failures.push(error),
  };

  join(connectionId: string): boolean {
    const userId = this.alive.get(connectionId);
    if (userId) this.room.set(connectionId, userId);
    if (userId) this.joins.push({ connectionId, frames: this.frames.length });
    return userId !== undefined;
  }

  evict(userId: UserId, _channelId: ChannelId, mayAsk: boolean): void {
    for (const [id, user] of this.room)
      if (user === userId && this.room.delete(id) && mayAsk) this.asked.push(id);
  }

  emit(_channelId: ChannelId, frame: ChannelFrame): void {
    this.frames.push(frame);
    this.onEmit(frame);
  }

  emitTo(connectionId: string, frame: ChannelFrame): void {
    this.places.push({ connectionId, frame });
  }

  size(): number {
    return this.room.size + this.crowd;
  }

  vacate(): void {
    this.vacated.push(this.frames.length);
    this.room.clear();
  }

  disperse(): void {
    this.dispersals += 1;
    this.room.clear();
  }

  /** Lets the timer that was set first go off. */
  async timer(): Promise<void> {
    this.timers.shift()?.task();
    await turn();
  }

  /** Answers the look that was asked first, from the log as it is now unless told. */
  async answer(change: Partial<Look> = {}, head = this.log.head): Promise<void> {
    const { since, reader, resolve } = this.looks.shift() ?? assert.fail('nobody looks');
    resolve({ ...this.log.look(since, reader, head), ...change });
    await turn();
  }
}

/** Lets everything that waits for no one else go on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
