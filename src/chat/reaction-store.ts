/** Reactions as rows, changed for many at once, and what readers are shown of them with the message. */
import {
  REACTION_USERS,
  type ChannelId,
  type Reaction,
  type UserId,
  type WorkspaceId,
} from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { MessageRow } from './rows.ts';

export interface ReactionRow {
  readonly channelId: ChannelId;
  readonly seq: number;
  readonly emoji: string;
  readonly userId: UserId;
}

/** A message whose reactions changed, and the revision at which they did. */
export interface Recount {
  readonly channelId: ChannelId;
  readonly seq: number;
  readonly rev: number;
}

export interface ReactionStore {
  /** Adds those that there are not; gives these. Each may be named more than once. */
  add(rows: readonly ReactionRow[], at: Date): Promise<readonly ReactionRow[]>;
  /** Takes away those that there are; gives these. */
  remove(rows: readonly ReactionRow[]): Promise<readonly ReactionRow[]>;
  /** Shows these with their messages, at a new revision of each; one query. */
  show(messages: readonly Shown[]): Promise<void>;
  /** Counts the reactions of these messages and shows them there, at a new revision of each; one query. */
  recount(
    messages: readonly Recount[],
  ): Promise<readonly (Place & { reactions: Reaction[] | null })[]>;
  /** Who reacted so, after `cursor`, in order of id. */
  page(
    message: MessageRow,
    emoji: string,
    cursor: UserId | null,
    limit: number,
  ): Promise<readonly { readonly userId: UserId; readonly at: Date }[]>;
  /** Every kind in which that person reacted. */
  of(message: MessageRow, userId: UserId): Promise<readonly string[]>;
}

export type Place = Pick<Recount, 'channelId' | 'seq'>;

/** What is shown of a message from that revision on; null for none. */
export type Shown = Recount & { readonly reactions: readonly Reaction[] | null };

type RawPlace = { channelId: ChannelId; seq: bigint };
type RawReaction = RawPlace & Pick<ReactionRow, 'emoji' | 'userId'>;

const fromRaw = <R extends RawPlace>(row: R) => ({ ...row, seq: Number(row.seq) });

const columns = (rows: readonly ReactionRow[]) => ({
  channels: rows.map(({ channelId }) => channelId),
  seqs: rows.map(({ seq }) => seq),
  emojis: rows.map(({ emoji }) => emoji),
  users: rows.map(({ userId }) => userId),
});

export function reactionStore(tx: Tx, workspaceId: WorkspaceId): ReactionStore {
  return {
    async add(rows, at) {
      const { channels, seqs, emojis, users } = columns(rows);
      const added = await tx.$queryRaw<RawReaction[]>`
        INSERT INTO reaction (workspace_id, channel_id, seq, emoji, user_id, at)
        SELECT ${workspaceId}::uuid, n.*, ${at} FROM unnest(${channels}::uuid[], ${seqs}::bigint[],
          ${emojis}::text[], ${users}::uuid[]) AS n (channel_id, seq, emoji, user_id)
        ON CONFLICT DO NOTHING RETURNING channel_id AS "channelId", seq, emoji, user_id AS "userId"`;
      return added.map(fromRaw);
    },
    async remove(rows) {
      const { channels, seqs, emojis, users } = columns(rows);
      const removed = await tx.$queryRaw<RawReaction[]>`
        DELETE FROM reaction r USING unnest(${channels}::uuid[], ${seqs}::bigint[], ${emojis}::text[],
          ${users}::uuid[]) AS n (channel_id, seq, emoji, user_id)
        WHERE r.channel_id = n.channel_id AND r.seq = n.seq AND r.emoji = n.emoji AND r.user_id = n.user_id
        RETURNING r.channel_id AS "channelId", r.seq, r.emoji, r.user_id AS "userId"`;
      return removed.map(fromRaw);
    },
    async show(messages) {
      await tx.$executeRaw`
        UPDATE message m SET rev = n.rev, reactions = n.reactions::jsonb
        FROM unnest(${messages.map(({ channelId }) => channelId)}::uuid[],
            ${messages.map(({ seq }) => seq)}::bigint[],
            ${messages.map(({ rev }) => rev)}::bigint[],
            ${messages.map(({ reactions }) => reactions && JSON.stringify(reactions))}::text[])
          AS n (channel_id, seq, rev, reactions)
        WHERE m.channel_id = n.channel_id AND m.seq = n.seq`;
    },
    async recount(messages) {
      const counted = await tx.$queryRaw<(RawPlace & { reactions: Reaction[] | null })[]>`
        UPDATE message m SET rev = n.rev, reactions = (
          SELECT jsonb_agg(jsonb_build_object('emoji', k.emoji, 'count', k.count, 'users', k.users)
            ORDER BY k.since, k.emoji COLLATE "C")
          FROM (
            SELECT r.emoji, count(*) AS count, min(r.at) AS since,
              (array_agg(r.user_id ORDER BY r.at, r.user_id))[1:${REACTION_USERS}::int] AS users
            FROM reaction r WHERE r.channel_id = n.channel_id AND r.seq = n.seq GROUP BY r.emoji) k)
        FROM unnest(${messages.map(({ channelId }) => channelId)}::uuid[],
            ${messages.map(({ seq }) => seq)}::bigint[],
            ${messages.map(({ rev }) => rev)}::bigint[]) AS n (channel_id, seq, rev)
        WHERE m.channel_id = n.channel_id AND m.seq = n.seq
        RETURNING m.channel_id AS "channelId", m.seq, m.reactions`;
      return counted.map(fromRaw);
    },
    async page({ channelId, seq }, emoji, cursor, limit) {
      const after = cursor === null ? {} : { userId: { gt: cursor } };
      const rows = await tx.reaction.findMany({
        where: { channelId, seq, emoji, ...after },
        orderBy: { userId: 'asc' },
        take: limit,
        select: { userId: true, at: true },
      });
      return rows.map(({ userId, at }) => ({ userId: userId as UserId, at }));
    },
    async of({ channelId, seq }, userId) {
      const where = { channelId, seq, userId };
      const rows = await tx.reaction.findMany({ where, orderBy: { at: 'asc' } });
      return rows.map(({ emoji }) => emoji);
    },
  };
}
