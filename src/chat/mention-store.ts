/** Who is mentioned where, as rows that are found by the person; what may be read of it is decided elsewhere. */
import type { ChannelId, MessageId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { MessageRow, Readable } from './rows.ts';
import { seqRanges } from './seq-ranges.ts';

export interface ReadableChannel {
  readonly channelId: ChannelId;
  readonly readable: Readable;
}

/** In messages whose ids are from the one on, and before the other: ids rise with time. */
export interface Made {
  readonly from: MessageId;
  readonly before: MessageId;
}

export interface MentionStore {
  /** Mentions these instead of whoever was before, as far as they are members; gives them, null where that is nobody. */
  replace(message: MessageRow, userIds: readonly UserId[]): Promise<readonly UserId[] | null>;
  /** The channels in which that person is mentioned. */
  channelsOf(userId: UserId): Promise<readonly ChannelId[]>;
  /** Where that person is mentioned before `before` and in what may be read, newest first across channels. */
  page(
    userId: UserId,
    within: readonly ReadableChannel[],
    before: MessageId | null,
    limit: number,
  ): Promise<readonly { readonly channelId: ChannelId; readonly messageId: MessageId }[]>;
  /** How often after a place in each channel, in what may be read; channels without are left out. */
  counts(
    userId: UserId,
    within: readonly (ReadableChannel & { readonly after: number })[],
  ): Promise<ReadonlyMap<ChannelId, number>>;
  /**
   * How often in messages of others that the person has not read, in channels that they are in and not muted in; what
   * they may read there is not asked.
   */
  unread(
    userId: UserId,
    made: Made,
    now: Date,
  ): Promise<readonly { readonly channelId: ChannelId; readonly count: number }[]>;
}

export function mentionStore(tx: Tx, workspaceId: WorkspaceId): MentionStore {
  return {
    async replace({ channelId, seq, id, mentions }, userIds) {
      if (mentions) await tx.mention.deleteMany({ where: { channelId, seq } });
      if (userIds.length === 0) return null;
      const added = await tx.$queryRaw<{ userId: UserId }[]>`
        INSERT INTO mention (workspace_id, channel_id, seq, user_id, message_id)
        SELECT ${workspaceId}::uuid, b.channel_id, ${seq}, b.user_id, ${id}::uuid FROM membership b
        WHERE b.channel_id = ${channelId}::uuid AND b.user_id = ANY (${userIds}::uuid[]) AND b.left_rev IS NULL
        ORDER BY b.user_id RETURNING user_id AS "userId"`;
      return added.length === 0 ? null : added.map(({ userId }) => userId);
    },
    async channelsOf(userId) {
      // Only members are mentioned; one look at an index for each channel, however often they were.
      const rows = await tx.$queryRaw<{ channelId: ChannelId }[]>`
        SELECT DISTINCT b.channel_id AS "channelId" FROM membership b
        WHERE b.workspace_id = ${workspaceId}::uuid AND b.user_id = ${userId}::uuid AND EXISTS (
          SELECT FROM mention n WHERE n.channel_id = b.channel_id AND n.user_id = b.user_id)`;
      return rows.map(({ channelId }) => channelId);
    },
    page: (userId, within, before, limit) => tx.$queryRaw<
      { channelId: ChannelId; messageId: MessageId }[]
    >`
      SELECT n.channel_id AS "channelId", n.message_id AS "messageId"
      FROM mention n
      JOIN unnest(${within.map(({ channelId }) => channelId)}::uuid[],
          ${within.map(({ readable }) => seqRanges(readable))}::text[]) AS c (id, readable) ON c.id = n.channel_id
      WHERE n.workspace_id = ${workspaceId}::uuid AND n.user_id = ${userId}::uuid
        AND n.seq <@ c.readable::int8multirange
        AND (${before}::uuid IS NULL OR n.message_id < ${before}::uuid)
      ORDER BY n.message_id DESC LIMIT ${limit}`,
    async counts(userId, within) {
      const rows = await tx.$queryRaw<{ channelId: ChannelId; count: number }[]>`
        SELECT n.channel_id AS "channelId", count(*)::int AS count
        FROM unnest(${within.map(({ channelId }) => channelId)}::uuid[],
            ${within.map(({ after }) => after)}::bigint[],
            ${within.map(({ readable }) => seqRanges(readable))}::text[]) AS c (id, after, readable)
        JOIN mention n ON n.channel_id = c.id AND n.user_id = ${userId}::uuid AND n.seq > c.after
          AND n.seq <@ c.readable::int8multirange
        GROUP BY n.channel_id`;
      return new Map(rows.map(({ channelId, count }) => [channelId, count]));
    },
    unread: (userId, { from, before }, now) => tx.$queryRaw<
      { channelId: ChannelId; count: number }[]
    >`
      SELECT n.channel_id AS "channelId", count(*)::int AS count
      FROM mention n
      JOIN membership b ON b.channel_id = n.channel_id AND b.user_id = n.user_id AND b.left_rev IS NULL
      JOIN message m ON m.channel_id = n.channel_id AND m.seq = n.seq AND m.author_id <> n.user_id
      WHERE n.workspace_id = ${workspaceId}::uuid AND n.user_id = ${userId}::uuid
        AND n.message_id >= ${from}::uuid AND n.message_id < ${before}::uuid
        AND n.seq > greatest(b.read_seq, b.joined_seq)
        AND (b.muted_at IS NULL OR b.muted_until <= ${now})
      GROUP BY n.channel_id`,
  };
}
