/** Which posts have outstayed their time: found from the oldest on, so that looking costs what is due and no more. */
import type { ChannelId, UserId } from '../contract/index.ts';
import { goesBefore, isHeld, type RetentionScope } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { COLUMNS, fromRaw } from './message-store.ts';
import type { MessageRow } from './rows.ts';

/** Channels looked at together; where nothing is due, that is one look at the first post of each. */
const CHANNELS = 200;

export interface Looked {
  /** In order of place, up to the first one that is young enough. */
  readonly due: readonly { readonly message: MessageRow; readonly held: boolean }[];
  /** Nothing after them is due. */
  readonly isWhole: boolean;
}

/** The next `most` places after that one. */
export async function look(
  tx: Tx,
  scope: RetentionScope,
  channelId: ChannelId,
  after: number,
  most: number,
): Promise<Looked> {
  const before = goesBefore(scope, channelId);
  if (before === null) return { due: [], isWhole: true };
  const rows = await tx.message.findMany({
    where: { channelId, seq: { gt: after, lte: after + most } },
    orderBy: { seq: 'asc' },
    select: COLUMNS,
  });
  const messages = rows.map(fromRaw);
  const young = messages.findIndex(({ at }) => at >= before);
  const due = (young === -1 ? messages : messages.slice(0, young)).map((message) => ({
    message,
    held: isHeld(scope.holds, { ...message, userId: message.authorId }),
  }));
  return { due, isWhole: young !== -1 || messages.length < most };
}

export interface InFront {
  /** How many go, from the first one on. */
  readonly going: number;
  /** What comes then: nothing that is due, a post that is held, or perhaps more that goes. */
  readonly then: 'nothing' | 'held' | 'more';
}

/** Of the next `most` places after that one, those before the first post that stays; only their times are read. */
export async function inFront(
  tx: Tx,
  scope: RetentionScope,
  channelId: ChannelId,
  after: number,
  most: number,
): Promise<InFront> {
  const before = goesBefore(scope, channelId);
  if (before === null) return { going: 0, then: 'nothing' };
  const places = await tx.message.findMany({
    where: { channelId, seq: { gt: after, lte: after + most } },
    orderBy: { seq: 'asc' },
    select: { authorId: true, at: true },
  });
  for (const [going, { authorId, at }] of places.entries()) {
    if (at >= before) return { going, then: 'nothing' };
    if (isHeld(scope.holds, { userId: authorId as UserId, channelId, at }))
      return { going, then: 'held' };
  }
  return { going: places.length, then: places.length < most ? 'nothing' : 'more' };
}

/** Where counting goes on within a channel: after that place, and whether something before it is held. */
export interface CountedUpTo {
  readonly seq: number;
  readonly behind: boolean;
}

/**
 * What `remove` would do to the next `most` places, in one statement; `next` is null where nothing more is due. What is
 * kept first is looked for once: put in line, Postgres would look for it with each post.
 */
export async function count(
  tx: Tx,
  scope: RetentionScope,
  id: ChannelId,
  { seq, behind }: CountedUpTo,
  most: number,
) {
  const before = goesBefore(scope, id);
  const holds = scope.holds.filter(({ channelId }) => channelId === null || channelId === id);
  const [counted] = await tx.$queryRaw<
    { due: bigint; held: bigint; oldest: Date | null; looked: bigint }[]
  >`WITH piece AS (
      SELECT m.seq, m.at, m.deleted_at, m.author_id FROM message m
      WHERE m.channel_id = ${id}::uuid AND m.seq > ${seq} AND m.seq <= ${seq + most}),
    zone AS (
      SELECT p.seq, p.at, p.deleted_at, ${holds.length} > 0 AND EXISTS (
        SELECT FROM jsonb_to_recordset(${JSON.stringify(holds)}::jsonb)
          AS h ("userId" uuid, "from" timestamptz, "to" timestamptz)
        WHERE (h."userId" IS NULL OR h."userId" = p.author_id)
          AND (h."from" IS NULL OR p.at >= h."from") AND (h."to" IS NULL OR p.at < h."to")) AS held
      FROM piece p WHERE p.seq < coalesce((SELECT min(y.seq) FROM piece y WHERE y.at >= ${before}), p.seq + 1)),
    kept AS MATERIALIZED (SELECT CASE WHEN ${behind} THEN ${seq} ELSE min(seq) END AS seq FROM zone WHERE held)
    SELECT count(*) FILTER (WHERE goes) AS due, count(*) FILTER (WHERE held) AS held,
      min(at) FILTER (WHERE goes) AS oldest, count(*) AS looked
    FROM (SELECT zone.*, NOT held AND (deleted_at IS NULL OR kept.seq IS NULL OR zone.seq < kept.seq) AS goes
      FROM zone, kept) z`;
  const [held, looked] = [Number(counted?.held ?? 0), Number(counted?.looked ?? 0)];
  const isWhole = looked < most;
  return {
    looked,
    due: Number(counted?.due ?? 0),
    held,
    oldest: counted?.oldest?.getTime() ?? null,
    next: isWhole ? null : { seq: seq + most, behind: behind || held > 0 },
  };
}

export interface Standing {
  readonly id: ChannelId;
  readonly purgedSeq: number;
}

/** Those whose first post is due, of so many after that one; with `within`, that one alone. */
export async function channelsAfter(
  tx: Tx,
  scope: RetentionScope,
  after: string | null,
  within: string | null = null,
): Promise<{ readonly channels: readonly Standing[]; readonly reached: ChannelId | null }> {
  const rows = await tx.$queryRaw<{ id: ChannelId; purgedSeq: bigint; at: Date | null }[]>`
    SELECT c.id, c.purged_seq AS "purgedSeq", first.at
    FROM (
      SELECT id, purged_seq FROM channel
      WHERE workspace_id = ${scope.workspaceId}::uuid
        AND (${after}::uuid IS NULL OR id > ${after}::uuid) AND (${within}::uuid IS NULL OR id = ${within}::uuid)
      ORDER BY id LIMIT ${CHANNELS}) c
    LEFT JOIN LATERAL (
      SELECT m.at FROM message m WHERE m.channel_id = c.id AND m.seq > c.purged_seq ORDER BY m.seq LIMIT 1) first
      ON true
    ORDER BY c.id`;
  const channels = rows.flatMap(({ id, purgedSeq, at }) => {
    const before = goesBefore(scope, id);
    const isDue = at !== null && before !== null && at < before;
    return isDue ? [{ id, purgedSeq: Number(purgedSeq) }] : [];
  });
  const isLast = within === null && rows.length < CHANNELS;
  return { channels, reached: isLast ? null : (rows.at(-1)?.id ?? (within as ChannelId | null)) };
}
