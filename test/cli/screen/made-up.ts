/** Messages and entries that no server has, for what is decided about them alone. */
import type { Message, OutboxEntry, UserId } from 'conclave/client';

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
