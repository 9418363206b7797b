/** Messages and entries that no server has, for what is decided about them alone. */
import type { Message, OutboxEntry, UserId } from 'conclave/client';
import type { QueueParts } from '../../../src/cli/screen/layout/queue.ts';
import type { Queued, Report } from '../../../src/cli/screen/model/queue.ts';

export const ADA = '018f0000-0000-7000-8000-00000000ada0' as UserId;
export const BOB = '018f0000-0000-7000-8000-00000000b0b0' as UserId;
/** Noon, so that no time zone makes it another day. */
export const NOON = new Date(2025, 2, 3, 12, 0).getTime();

export function messageOf(some: Partial<Message>): Message {
  const seq = some.seq ?? 1;
  return {
    id: `message-${seq}` as Message['id'],
    channelId: 'channel' as Message['channelId'],
    seq,
    rev: seq,
    version: 1,
    authorId: BOB,
    at: NOON,
    editedAt: null,
    replyTo: null,
    content: 'present',
    body: `text ${seq}`,
    deletedAt: null,
    deletedBy: null,
    ...some,
  };
}

export function entryOf(
  state: OutboxEntry['state'],
  { body = 'unsent', clientId = 'client-1', at = NOON } = {},
): OutboxEntry {
  return {
    clientId: clientId as OutboxEntry['clientId'],
    channelId: 'channel' as OutboxEntry['channelId'],
    body,
    replyTo: null,
    mentions: [],
    at,
    state,
    settled: () => Promise.resolve(state),
    retry: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
}

export function queuedOf(number: number, some: Partial<Report> = {}): Queued {
  const message = messageOf({ seq: number, body: '長い rude words '.repeat(number) });
  const report: Report = {
    id: `report-${number}` as Report['id'],
    channelId: message.channelId,
    messageId: message.id,
    category: 'harassment',
    state: 'open',
    reporterId: ADA,
    text: 'look at that '.repeat(number),
    createdAt: NOON - number * 3_600_000,
    claimedBy: null,
    decidedBy: null,
    decidedAt: null,
    action: null,
    note: null,
    message,
    ...some,
  };
  return { number, report };
}

/** A queue of so many reports, the last of which is chosen. */
export function queueOf(count: number, some: Partial<QueueParts> = {}): QueueParts {
  const queued = Array.from({ length: count }, (_, at) => queuedOf(at + 1));
  return {
    queued,
    chosen: queued.at(-1) ?? null,
    ...{ isRead: true, hasMore: false, why: null, me: ADA, now: NOON },
    whereOf: () => '#general',
    nameOf: (userId) => (userId === ADA ? 'Ada' : 'Bob'),
    messageOf: ({ message }) => message,
    ...some,
  };
}
