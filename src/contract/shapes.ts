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

/** Everybody who reacted in one way. The first of them are named; all of them, when they are no more than that. */
export const Reaction = z.strictObject({
  emoji: z.string(),
  count: z.int().positive(),
  users: z.array(UserId),
});

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
  /** Another than the author: a moderator did. */
  deletedBy: UserId.nullable(),
  /** Left out while there are none, and where the content is withheld. In the order in which each kind was first used. */
  reactions: z.array(Reaction).min(1).optional(),
  /**
   * Of a reply: the first message of the thread, and which reply to that one it is, 1 for the first. Replies to
   * replies are in the same thread. A reply that comes tells by it how many its thread has.
   */
  thread: z.strictObject({ root: MessageId, place: z.int().positive() }).optional(),
  /** Of the first message of a thread: how many replies there were, deleted ones among them, and the last one's place. */
  replies: z.strictObject({ count: z.int().positive(), lastSeq: Seq }).optional(),
  /** Members who are meant to take note of it; left out where nobody is. */
  mentions: z.array(UserId).min(1).optional(),
  pinned: z.strictObject({ by: UserId, at: Timestamp }).optional(),
});

export const Member = z.strictObject({
  userId: UserId,
  role: ChannelRole,
  state: z.enum(['joined', 'left']),
  rev: Rev,
  /** Posts after this one were made while the member was in the channel. */
  joinedSeq: z.int().nonnegative(),
});

/** What a channel is, whoever asks. */
const settings = {
  kind: ChannelKind,
  /** Empty for a direct channel: its people are what it is called by. */
  name: z.string(),
  topic: z.string().nullable(),
  historyPolicy: HistoryPolicy,
  /** Only its owners and moderators write. */
  readOnly: z.boolean(),
  /** Seconds between two posts of the same person, its owners and moderators excepted; 0 for none. */
  slowModeSeconds: z.int().nonnegative(),
  archived: z.boolean(),
};

export const ChannelSettings = z.strictObject({
  ...settings,
  /** Of the last change that took reading from somebody: whoever was let in before is asked again. */
  accessRev: Rev,
});

export const Channel = z.strictObject({
  id: ChannelId,
  ...settings,
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
  /** What the channel is from now on. */
  z.strictObject({ kind: z.literal('channel'), rev: Rev, channel: ChannelSettings }),
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

export type Reaction = z.infer<typeof Reaction>;
export type Message = z.infer<typeof Message>;
export type Member = z.infer<typeof Member>;
export type Channel = z.infer<typeof Channel>;
export type ChannelSettings = z.infer<typeof ChannelSettings>;
export type ChannelHead = z.infer<typeof ChannelHead>;
export type ChannelEvent = z.infer<typeof ChannelEvent>;
export type ChannelFrame = z.infer<typeof ChannelFrame>;
