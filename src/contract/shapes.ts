/** What messages, members and channels look like on the wire, in replies and in frames alike. */
import { z } from 'zod';
import { ChannelId, MessageId, UserId } from './ids.ts';
import { ChannelKind, ChannelRole, HistoryPolicy } from './roles.ts';

/** A revision: how many durable changes the channel had seen after this one. */
export const Rev = z.int().nonnegative();
/** A post's place in its channel, 1 for the first, without gaps. */
export const Seq = z.int().positive();
/** Milliseconds since the epoch. */
export const Timestamp = z.int().nonnegative();

export const Message = z.strictObject({
  id: MessageId,
  channelId: ChannelId,
  seq: Seq,
  rev: Rev,
  /** 1 when posted, one more for each edit. */
  version: z.int().positive(),
  authorId: UserId,
  at: Timestamp,
  editedAt: Timestamp.nullable(),
  replyTo: MessageId.nullable(),
  /**
   * `present`: `body` is the text. `deleted`: a tombstone, the text is gone. `withheld`: the frame goes to
   * people of whom some may not read it; who may, fetches it. `unreadable`: it does not open under its key.
   */
  content: z.enum(['present', 'deleted', 'withheld', 'unreadable']),
  body: z.string().nullable(),
  deletedAt: Timestamp.nullable(),
  deletedBy: UserId.nullable(),
});

export const Member = z.strictObject({
  userId: UserId,
  role: ChannelRole,
  state: z.enum(['joined', 'left']),
  rev: Rev,
  /** Posts after this one were made while the member was in the channel. */
  joinedSeq: z.int().nonnegative(),
});

export const Channel = z.strictObject({
  id: ChannelId,
  kind: ChannelKind,
  name: z.string(),
  historyPolicy: HistoryPolicy,
  archived: z.boolean(),
  createdAt: Timestamp,
  epoch: z.int().positive(),
  lastSeq: z.int().nonnegative(),
  lastRev: Rev,
  /** The caller's role, or null for who sees a public channel without having joined. */
  role: ChannelRole.nullable(),
  /**
   * Up to where the caller has read: their mark, or where they joined, or what was truncated, whichever is furthest.
   * Null for who has not joined.
   */
  readSeq: z.int().nonnegative().nullable(),
  /** Posts after `readSeq`; 0 for who has not joined. */
  unread: z.int().nonnegative(),
});

/** Where a channel's log ends: more than that was not in it when it was read. */
export const ChannelHead = z.strictObject({
  id: ChannelId,
  rev: Rev,
  epoch: z.int().positive(),
});

/** One durable change of a channel, carrying the whole current state of what it changed. */
export const ChannelEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('message'), rev: Rev, message: Message }),
  z.strictObject({ kind: z.literal('member'), rev: Rev, member: Member }),
  /** Messages below that place are gone for good, all at once and without tombstones: forget them. */
  z.strictObject({ kind: z.literal('truncated'), rev: Rev, belowSeq: Seq }),
]);

/** A contiguous piece of the channel's log: everything with a revision in (prev, last], which may be nothing. */
export const ChannelFrame = z.strictObject({
  channelId: ChannelId,
  epoch: z.int().positive(),
  prev: Rev,
  last: Rev,
  events: z.array(ChannelEvent),
});

export type Message = z.infer<typeof Message>;
export type Member = z.infer<typeof Member>;
export type Channel = z.infer<typeof Channel>;
export type ChannelHead = z.infer<typeof ChannelHead>;
export type ChannelEvent = z.infer<typeof ChannelEvent>;
export type ChannelFrame = z.infer<typeof ChannelFrame>;
