/** Posts as sealed rows; a body is opened elsewhere, and only for who may read it. */
import type { ChannelId, ClientId, MessageId, Reaction, UserId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { byChannel, type MessageRow, type Readable, type Stretch } from './rows.ts';
import { seqRanges } from './seq-ranges.ts';

export interface MessageStore {
  find(channelId: ChannelId, id: MessageId): Promise<MessageRow | null>;
  /** Those of the named that there are, in any order; one query. */
  findEach(
    named: readonly { readonly channelId: ChannelId; readonly messageId: MessageId }[],
  ): Promise<readonly MessageRow[]>;
  /** True when the author has posted under this clientId. */
  sentBefore(channelId: ChannelId, authorId: UserId, clientId: ClientId): Promise<boolean>;
  /** The newest replies of a thread before `before` that may be read, newest first. */
  thread(
    channelId: ChannelId,
    root: MessageId,
    readable: Readable,
    before: number | null,
    limit: number,
  ): Promise<readonly MessageRow[]>;
  /** Posts changed in these stretches that may be read, in order of revision within each channel; one query. */
  changed(stretches: readonly Stretch[]): Promise<ReadonlyMap<ChannelId, readonly MessageRow[]>>;
  /**
   * Of the posts with a place in (after, upTo] those before the first that is not older, and no more than have so many
   * reactions together, or the first alone; null where that is none.
   */
  eldest(
    channelId: ChannelId,
    after: number,
    upTo: number,
    most: { readonly olderThan: Date; readonly reactions: number },
  ): Promise<Eldest | null>;
  /** Deletes every post up to a place up to which the channel says that all are gone; gives how many. */
  purge(channelId: ChannelId, upTo: number): Promise<number>;
  /** Stores a new version of the text, with whom it mentions. */
  edit(message: MessageRow, change: Edited): Promise<MessageRow>;
}

export interface Edited {
  readonly bodySealed: Uint8Array;
  readonly mentions: readonly UserId[] | null;
  readonly rev: number;
  readonly editedAt: Date;
}

export interface Eldest {
  readonly lastSeq: number;
  /** The highest of their revisions. */
  readonly lastRev: number;
  /** The last that is old enough, whether or not it is of the piece. */
  readonly oldSeq: number;
}

/** As Prisma or the driver gives it. */
export interface RawMessage {
  channelId: string;
  id: string;
  seq: bigint | string;
  rev: bigint | string;
  version: number;
  authorId: string;
  replyTo: string | null;
  bodySealed: Uint8Array | null;
  keyEpoch: number;
  at: Date;
  editedAt: Date | null;
  deletedAt: Date | null;
  deletedBy: string | null;
  reactions: unknown;
  threadRoot: string | null;
  threadPlace: number | null;
  replyCount: number | null;
  lastReplySeq: bigint | string | null;
  mentions: unknown;
  pinnedAt: Date | null;
  pinnedBy: string | null;
}

export const COLUMNS = {
  channelId: true,
  id: true,
  seq: true,
  rev: true,
  version: true,
  authorId: true,
  replyTo: true,
  bodySealed: true,
  keyEpoch: true,
  at: true,
  editedAt: true,
  deletedAt: true,
  deletedBy: true,
  reactions: true,
  threadRoot: true,
  threadPlace: true,
  replyCount: true,
  lastReplySeq: true,
  mentions: true,
  pinnedAt: true,
  pinnedBy: true,
} as const;

export const fromRaw = (raw: RawMessage): MessageRow => ({
  ...raw,
  channelId: raw.channelId as ChannelId,
  id: raw.id as MessageId,
  authorId: raw.authorId as UserId,
  replyTo: raw.replyTo as MessageId | null,
  deletedBy: raw.deletedBy as UserId | null,
  reactions: raw.reactions as readonly Reaction[] | null,
  threadRoot: raw.threadRoot as MessageId | null,
  lastReplySeq: raw.lastReplySeq === null ? null : Number(raw.lastReplySeq),
  mentions: raw.mentions as readonly UserId[] | null,
  pinnedBy: raw.pinnedBy as UserId | null,
  seq: Number(raw.seq),
  rev: Number(raw.rev),
});

/** No post has such a place. Prisma takes an empty OR within an AND for no condition at all. */
const NOTHING = { seq: { lt: 1 } };

/** The reader's intervals as a condition, so that a page is filled with what may be read. */
function within(readable: Readable) {
  if (readable === 'all') return {};
  if (readable.length === 0) return NOTHING;
  return {
    OR: readable.map(({ after, upTo }) => ({
      seq: { gt: after, ...(upTo !== null && { lte: upTo }) },
    })),
  };
}

export function messageStore(tx: Tx): MessageStore {
  return {
    async find(channelId, id) {
      const row = await tx.message.findFirst({ where: { channelId, id }, select: COLUMNS });
      return row && fromRaw(row);
    },
    async findEach(named) {
      // Ids are unique: that of one channel asked for with another channel names nothing.
      const rows = await tx.message.findMany({
        where: {
          channelId: { in: [...new Set(named.map(({ channelId }) => channelId))] },
          id: { in: [...new Set(named.map(({ messageId }) => messageId))] },
        },
        select: COLUMNS,
      });
      return rows.map(fromRaw);
    },
    async sentBefore(channelId, authorId, clientId) {
      return (await tx.message.count({ where: { channelId, authorId, clientId } })) > 0;
    },
    async thread(channelId, threadRoot, readable, before, limit) {
      const older = before === null ? {} : { seq: { lt: before } };
      const rows = await tx.message.findMany({
        where: { channelId, threadRoot, AND: [older, within(readable)] },
        orderBy: { seq: 'desc' },
        take: limit,
        select: COLUMNS,
      });
      return rows.map(fromRaw);
    },
    async changed(stretches) {
      const rows = await tx.$queryRaw<RawMessage[]>`
        SELECT m.*
        FROM unnest(${stretches.map(({ channelId }) => channelId)}::uuid[],
            ${stretches.map(({ since }) => since)}::bigint[],
            ${stretches.map(({ upTo }) => upTo)}::bigint[],
            ${stretches.map(({ limit }) => limit)}::int[],
            ${stretches.map(({ readable }) => seqRanges(readable))}::text[])
          AS s (channel_id, since, up_to, most, readable),
        LATERAL (
          SELECT channel_id AS "channelId", id, seq, rev, version, author_id AS "authorId", reply_to AS "replyTo",
            body_sealed AS "bodySealed", key_epoch AS "keyEpoch", at, edited_at AS "editedAt",
            deleted_at AS "deletedAt", deleted_by AS "deletedBy", reactions,
            thread_root AS "threadRoot", thread_place AS "threadPlace", reply_count AS "replyCount",
            last_reply_seq AS "lastReplySeq", mentions, pinned_at AS "pinnedAt", pinned_by AS "pinnedBy"
          FROM message
          WHERE channel_id = s.channel_id AND rev > s.since AND rev <= s.up_to
            AND seq <@ s.readable::int8multirange
          ORDER BY rev LIMIT s.most) m
        ORDER BY m."channelId", m.rev`;
      return byChannel(rows.map(fromRaw));
    },
    async eldest(channelId, after, upTo, { olderThan, reactions }) {
      const [found] = await tx.$queryRaw<Record<keyof Eldest, bigint | null>[]>`
        WITH piece AS (
          SELECT seq, rev, at, row_number() OVER (ORDER BY seq) AS nth, sum(
            (SELECT sum((r ->> 'count')::int) FROM jsonb_array_elements(reactions) r)) OVER (ORDER BY seq) AS reacted
          FROM message WHERE channel_id = ${channelId}::uuid AND seq > ${after} AND seq <= ${upTo})
        SELECT max(seq) FILTER (WHERE fits) AS "lastSeq", max(rev) FILTER (WHERE fits) AS "lastRev",
          max(seq) AS "oldSeq"
        FROM (SELECT *, nth = 1 OR coalesce(reacted, 0) <= ${reactions} AS fits FROM piece) sized
        WHERE seq < coalesce((SELECT min(seq) FROM piece WHERE at >= ${olderThan}), ${upTo} + 1)`;
      if (found?.lastSeq == null) return null;
      const { lastSeq, lastRev, oldSeq } = found;
      return { lastSeq: Number(lastSeq), lastRev: Number(lastRev), oldSeq: Number(oldSeq) };
    },
    async purge(channelId, upTo) {
      const { count } = await tx.message.deleteMany({ where: { channelId, seq: { lte: upTo } } });
      return count;
    },
    async edit(message, { bodySealed, mentions, rev, editedAt }) {
      const version = message.version + 1;
      const { channelId, id } = message;
      const named = mentions && JSON.stringify(mentions);
      await tx.$executeRaw`
        UPDATE message SET rev = ${rev}, version = ${version}, edited_at = ${editedAt},
          body_sealed = ${new Uint8Array(bodySealed)}, mentions = ${named}::jsonb
        WHERE channel_id = ${channelId}::uuid AND id = ${id}::uuid`;
      return { ...message, rev, version, bodySealed, mentions, editedAt };
    },
  };
}
