/** A log of the client against a server whose every answer the story gives by hand, when and in which order it wants. */
import assert from 'node:assert/strict';
import { Log } from '../../src/client/channel-log.ts';
import type { Calls } from '../../src/client/calls.ts';
import { LogSync } from '../../src/client/log-sync.ts';
import { Timers } from '../../src/client/timers.ts';
import type {
  ChannelEvent,
  ChannelFrame,
  ChannelId,
  Member,
  Message,
  UserId,
} from '../../src/contract/index.ts';
import { HandTimers } from './support.ts';

export const id = 'a-channel' as ChannelId;
export const ME = 'me' as UserId;

export interface Called {
  readonly name: string;
  readonly input: Record<string, unknown>;
  readonly resolve: (outcome: unknown) => void;
}

/** Lets everything that waits for no answer go on. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export class HandServer {
  readonly log: Log;
  readonly timers = new HandTimers();
  /** Calls without an answer so far, oldest first. */
  readonly calls: Called[] = [];
  readonly failures: unknown[] = [];

  constructor(keep = 100) {
    const call = ((name: string, input: Record<string, unknown>) =>
      new Promise((resolve) => this.calls.push({ name, input, resolve }))) as unknown;
    const failed = (error: unknown) => void this.failures.push(error);
    const parts = {
      calls: { call } as Pick<Calls, 'call'>,
      timers: new Timers(this.timers.later),
      failed,
    };
    this.log = new Log({
      ...{ ...parts, id, keep, sync: new LogSync(parts), me: () => ME, closed: () => undefined },
      outbox: { entries: [], on: () => () => undefined, add: () => Promise.reject(new Error()) },
    });
  }

  /** Takes the oldest call, which must be that one, to be answered when the story wants. */
  taken(name: string): Called {
    const called = this.calls.shift();
    assert.equal(called?.name, name);
    assert.ok(called);
    return called;
  }

  /** Answers the oldest call, which must be that one. */
  async answers(name: string, data: object): Promise<void> {
    await says(this.taken(name), data);
  }

  /** Connected, and told of a log that is short. */
  async begins(events: readonly ChannelEvent[], lastRev: number): Promise<void> {
    void this.log.catchUp();
    await turn();
    await this.answers('channel.sync', changes(0, lastRev, events));
    assert.deepEqual(this.log.state, { is: 'live' });
  }

  /** Connected, and given the newest messages of a log that is long. */
  async loads(messages: readonly Message[], rev: number): Promise<void> {
    void this.log.catchUp();
    await turn();
    await this.answers('channel.sync', reset(rev));
    await this.answers('message.history', page(messages, rev, true));
    assert.deepEqual(this.log.state, { is: 'live' });
  }

  /** The connection is lost, and there is another one. */
  async returns(): Promise<void> {
    this.log.lost();
    void this.log.catchUp();
    await turn();
  }

  get bodies(): (string | null)[] {
    return this.log.messages.map(({ body }) => body);
  }
}

export async function says({ resolve }: Called, data: object): Promise<void> {
  resolve({ ok: true, data });
  await turn();
}

export function message(seq: number, rev: number, body: string | null = `text ${seq}`): Message {
  const content = body === null ? 'withheld' : 'present';
  const place = { id: `m${seq}` as Message['id'], channelId: id, seq, rev, version: 1 };
  const untouched = { at: 0, editedAt: null, replyTo: null, deletedAt: null, deletedBy: null };
  return { ...place, ...untouched, authorId: 'somebody' as UserId, content, body };
}

export const posted = (...given: Parameters<typeof message>): ChannelEvent => {
  return { kind: 'message', rev: given[1], message: message(...given) };
};

export const member = (rev: number, state: Member['state'], role: Member['role'] = 'member') => {
  const one: Member = { userId: ME, role, state, rev, joinedSeq: 0 };
  return { kind: 'member', rev, member: one } as const;
};

export function frame(
  prev: number,
  last: number,
  events: readonly ChannelEvent[],
  epoch = 1,
): ChannelFrame {
  return { channelId: id, epoch, prev, last, events: [...events] };
}

const channel = (lastRev: number, epoch: number) => ({ id, lastRev, epoch, role: 'member' });

export const changes = (
  since: number,
  upTo: number,
  events: readonly ChannelEvent[],
  { lastRev = upTo, epoch = 1 } = {},
) => {
  const told = { since, upTo, events, more: upTo < lastRev, channel: channel(lastRev, epoch) };
  return { channels: [{ answer: 'changes', id, ...told }] };
};

export const current = (lastRev: number) => {
  return { channels: [{ answer: 'current', id, channel: channel(lastRev, 1) }] };
};

export const reset = (lastRev: number, epoch = 1) => {
  return { channels: [{ answer: 'reset', id, channel: channel(lastRev, epoch) }] };
};

export const refused = { channels: [{ answer: 'refused', id, code: 'not_found' }] };

export const page = (messages: readonly Message[], rev: number, more = false, epoch = 1) => {
  return { messages, more, rev, epoch };
};

export const resumed = (
  since: number,
  upTo: number,
  events: readonly ChannelEvent[],
  epoch = 1,
) => {
  return { reset: false, epoch, since, upTo, head: upTo, events };
};
