/** Reports and acts of moderation on the wire: what was brought to the moderators, and what they did about it. */
import { z } from 'zod';
import { ChannelId, MessageId, UserId } from './ids.ts';
import { Message, Timestamp } from './shapes.ts';

export const ReportId = z.uuid().toLowerCase().brand<'ReportId'>();

/** What people may report a message as. */
export const ReportCategory = z.enum([
  'spam',
  'harassment',
  'hate',
  'violence',
  'sexual',
  'self-harm',
  'illegal',
  'other',
]);
export const ReportState = z.enum(['open', 'claimed', 'resolved', 'dismissed']);
/** What a moderator says was done about it. */
export const ReportAction = z.enum([
  'none',
  'warned',
  'message-deleted',
  'muted',
  'removed',
  'banned',
  'other',
]);

/** A report as its reader sees it: whoever made it is told what became of it, not by whom nor what was noted. */
export const Report = z.strictObject({
  id: ReportId,
  channelId: ChannelId,
  messageId: MessageId,
  /** `filter`: a rule of this server reported it, and nobody is the reporter. */
  category: z.enum([...ReportCategory.options, 'filter']),
  state: ReportState,
  reporterId: UserId.nullable(),
  /** What the reporter added; null where nothing was, or where their account was erased. */
  text: z.string().nullable(),
  createdAt: Timestamp,
  claimedBy: UserId.nullable(),
  decidedBy: UserId.nullable(),
  decidedAt: Timestamp.nullable(),
  action: ReportAction.nullable(),
  note: z.string().nullable(),
  /**
   * The message as it is now, for who handles reports there; a tombstone where it was deleted. Null where it is gone
   * for good, and for the reporter.
   */
  message: Message.nullable(),
});

const Quantiles = z.strictObject({ median: z.int().nonnegative(), p90: z.int().nonnegative() });
const Count = z.int().nonnegative();

/** What became of the reports that were made in a period. Times are milliseconds from the report on. */
export const ReportStatistics = z.strictObject({
  from: Timestamp,
  to: Timestamp,
  total: Count,
  states: z.strictObject({ open: Count, claimed: Count, resolved: Count, dismissed: Count }),
  /** The most frequent first; those that no report has are left out. */
  categories: z.array(z.strictObject({ category: Report.shape.category, made: Count })),
  /** Days in UTC, e.g. `2026-03-01`, on which reports were made, in order. */
  days: z.array(z.strictObject({ day: z.iso.date(), made: Count })),
  /** Until they were taken up, by whoever took them up last; null where none was. */
  toClaim: Quantiles.nullable(),
  /** Until they were decided; null where none was. */
  toDecide: Quantiles.nullable(),
  /** Who decided how many, the most first, 100 at most; null for who may not read the audit trail. */
  moderators: z
    .array(z.strictObject({ userId: UserId, resolved: Count, dismissed: Count }))
    .nullable(),
});
export type ReportStatistics = z.infer<typeof ReportStatistics>;

export type ReportId = z.infer<typeof ReportId>;
export type ReportState = z.infer<typeof ReportState>;
export type ReportAction = z.infer<typeof ReportAction>;
export type Report = z.infer<typeof Report>;

export const ActId = z.uuid().toLowerCase().brand<'ActId'>();
export const ActKind = z.enum(['mute', 'unmute', 'ban', 'unban', 'kick', 'delete', 'delete-many']);

/** Something that was done to somebody, or to what they wrote. */
export const ModerationAct = z.strictObject({
  id: ActId,
  kind: ActKind,
  channelId: ChannelId,
  /** Whom it was done to. */
  userId: UserId,
  /** Null where a rule of this server did it, and for whom it was done to. */
  actorId: UserId.nullable(),
  messageId: MessageId.nullable(),
  at: Timestamp,
  /** When a mute or a ban ends by itself; null for never. */
  until: Timestamp.nullable(),
  /** When it ended, where it was ended before that or is over. */
  endedAt: Timestamp.nullable(),
  reason: z.string().nullable(),
});

export type ActId = z.infer<typeof ActId>;
export type ActKind = z.infer<typeof ActKind>;
export type ModerationAct = z.infer<typeof ModerationAct>;

export const DeletionId = z.uuid().toLowerCase().brand<'DeletionId'>();
export type DeletionId = z.infer<typeof DeletionId>;

/** A bulk deletion as who asked for it sees it. */
export const Deletion = z.strictObject({
  id: DeletionId,
  channelId: ChannelId,
  authorId: UserId,
  askedAt: Timestamp,
  /** Messages that it deleted so far. */
  deleted: z.int().nonnegative(),
  /** It has come to its end, or was called off. */
  finished: z.boolean(),
});
export type Deletion = z.infer<typeof Deletion>;

export const FilterId = z.uuid().toLowerCase().brand<'FilterId'>();
/** `word`: a whole word, in any case. `pattern`: RE2 syntax. `link`: links to a domain and what is below it. */
export const FilterKind = z.enum(['word', 'pattern', 'link']);
/** `refuse`: not stored. `flag`: stored, and reported. `count`: only counted, to see what a filter would do. */
export const FilterAction = z.enum(['refuse', 'flag', 'count']);

export const ContentFilter = z.strictObject({
  id: FilterId,
  /** Null: in every channel of the workspace. */
  channelId: ChannelId.nullable(),
  kind: FilterKind,
  action: FilterAction,
  text: z.string(),
  /** Messages that it was true of, as of a second ago. */
  hits: z.int().nonnegative(),
  createdAt: Timestamp,
});

export type FilterId = z.infer<typeof FilterId>;
export type FilterKind = z.infer<typeof FilterKind>;
export type FilterAction = z.infer<typeof FilterAction>;
export type ContentFilter = z.infer<typeof ContentFilter>;
