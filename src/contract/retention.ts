/** How long what is kept, and what was removed when that was over, on the wire. */
import { z } from 'zod';
import { ChannelId, UserId } from './ids.ts';
import { Timestamp } from './shapes.ts';

export const RETENTION_KINDS = ['messages', 'access-logs', 'analytics'] as const;
export const RetentionKind = z.enum(RETENTION_KINDS);
export type RetentionKind = z.infer<typeof RetentionKind>;

/**
 * Days that are kept where nobody said otherwise, and the least that somebody may say. A post stays at least as long
 * as its sender may repeat it (`CLIENT_ID_AGE_MS`, a week and a little).
 */
export const RETENTION_DAYS: Readonly<
  Record<RetentionKind, { readonly usual: number; readonly least: number }>
> = {
  messages: { usual: 365, least: 8 },
  'access-logs': { usual: 90, least: 1 },
  analytics: { usual: 730, least: 1 },
};
/** A hundred years; what is to stay longer stays for ever. */
export const RETENTION_MOST_DAYS = 36_500;
/** As a number of days: kept for ever. */
export const FOR_EVER = 0;

export const RetentionRunId = z.uuid().toLowerCase().brand<'RetentionRunId'>();
export type RetentionRunId = z.infer<typeof RetentionRunId>;

export const RetentionPolicy = z.strictObject({
  kind: RetentionKind,
  /** Null: of the whole workspace. */
  channelId: ChannelId.nullable(),
  /** `FOR_EVER` (0): nothing is removed. */
  days: z.int(),
  /** Null: nobody said otherwise. */
  setBy: UserId.nullable(),
  setAt: Timestamp.nullable(),
});
export type RetentionPolicy = z.infer<typeof RetentionPolicy>;

/** Of one kind, in rows that are something by themselves: a message, a session. */
const Tally = z.strictObject({
  kind: RetentionKind,
  /** Of the workspace, when the run ended. */
  days: z.int(),
  /** What was to go when the run counted it, at its beginning. */
  due: z.int(),
  removed: z.int(),
  /** What a legal hold kept. */
  held: z.int(),
  /** By how much the oldest that was due had outstayed its time, in milliseconds. */
  lagMs: z.int(),
});

/** Signed by the server, for whoever must prove later what was removed. Times in milliseconds, UTC. */
export const RetentionReport = z.strictObject({
  version: z.literal(1),
  workspaceId: z.uuid(),
  runId: RetentionRunId,
  requestedBy: z.enum(['schedule', 'administrator']),
  requestedAt: Timestamp,
  /** What was too old by then went. */
  asOf: Timestamp,
  startedAt: Timestamp,
  finishedAt: Timestamp,
  kinds: z.array(Tally),
  /** Channels that keep their messages otherwise than the workspace does. */
  overrides: z.int(),
  /** Rows that were removed, or whose content was (`table.column`). */
  rows: z.array(z.strictObject({ table: z.string(), rows: z.int() })),
  /** Its row in the audit trail. */
  audit: z.strictObject({ event: z.uuid(), at: Timestamp }),
  key: z.string(),
  signature: z.string(),
});
export type RetentionReport = z.infer<typeof RetentionReport>;

export const RetentionRunState = z.enum(['waiting', 'running', 'done']);
export type RetentionRunState = z.infer<typeof RetentionRunState>;

export const RetentionRun = z.strictObject({
  runId: RetentionRunId,
  /** Null: the schedule. */
  requestedBy: UserId.nullable(),
  requestedAt: Timestamp,
  state: RetentionRunState,
  endedAt: Timestamp.nullable(),
  /** So far. */
  removed: z.int(),
  held: z.int(),
  report: RetentionReport.nullable(),
});
export type RetentionRun = z.infer<typeof RetentionRun>;

/** How far a run is. */
export const RetentionProgress = z.strictObject({
  runId: RetentionRunId,
  state: RetentionRunState,
  /** Gone so far. */
  removed: z.int(),
  /** What was counted so far of what is to go; all of it once the first of it goes. */
  due: z.int(),
});
export type RetentionProgress = z.infer<typeof RetentionProgress>;

/** What is due in one channel, or in all of what has no channel. One of many posts is counted in several, which add up. */
export const RetentionPortion = z.strictObject({
  channelId: ChannelId.nullable(),
  /** What the next run removes. */
  due: z.int(),
  /** What it would remove, were it not for a legal hold. */
  held: z.int(),
  /** When the oldest of what is due is from; null where nothing is. */
  oldest: Timestamp.nullable(),
});
export type RetentionPortion = z.infer<typeof RetentionPortion>;

/** One thing that the next run removes: which, whose and from when, and nothing that it says. */
export const RetentionCandidate = z.strictObject({
  channelId: ChannelId.nullable(),
  id: z.uuid(),
  userId: UserId.nullable(),
  at: Timestamp,
});
export type RetentionCandidate = z.infer<typeof RetentionCandidate>;
