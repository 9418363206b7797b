/** Takes the text of messages away for good, with all that hangs on it, and keeps their places. */
import type { ChannelId, UserId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { COLUMNS, fromRaw } from './message-store.ts';
import type { MessageRow } from './rows.ts';

export interface TombstoneStore {
  /** An author's posts in a stretch of the channel that are not deleted, in order of place. */
  undeleted(wanted: Undeleted): Promise<readonly MessageRow[]>;
  /**
   * Messages of one channel become tombstones: former versions, reactions, mentions and pins go with the text.
   * Gives the rows as they are then.
   */
  put(messages: readonly MessageRow[], deletion: Deletion): Promise<readonly MessageRow[]>;
}

/** At consecutive revisions from `rev` on, in the order of the messages. */
export interface Deletion {
  /** Null: nobody deleted them, their time was over; then each is its author's, as rows name somebody. */
  readonly by: UserId | null;
  readonly rev: number;
  readonly at: Date;
}

export interface Undeleted {
  readonly channelId: ChannelId;
  readonly authorId: UserId;
  /** Places in (after, upTo]. */
  readonly after: number;
  readonly upTo: number;
  /** Posted in [from, to), where they are given. */
  readonly from: Date | null;
  readonly to: Date | null;
  readonly limit: number;
}

/** What a tombstone has none of. */
const NOTHING = {
  bodySealed: null,
  reactions: null,
  mentions: null,
  pinnedAt: null,
  pinnedBy: null,
} satisfies Partial<MessageRow>;

export function tombstoneStore(tx: Tx): TombstoneStore {
  return {
    async undeleted({ channelId, authorId, after, upTo, from, to, limit }) {
      const at = { ...(from && { gte: from }), ...(to && { lt: to }) };
      const rows = await tx.message.findMany({
        where: { channelId, authorId, deletedAt: null, seq: { gt: after, lte: upTo }, at },
        orderBy: { seq: 'asc' },
        take: limit,
        select: COLUMNS,
      });
      return rows.map(fromRaw);
    },
    async put(messages, { by, rev, at }) {
      const [first] = messages;
      if (!first) return [];
      const { channelId } = first;
      await tx.$executeRaw`
        UPDATE message m SET rev = ${rev} + n.place - 1, body_sealed = NULL, deleted_at = ${at},
          deleted_by = coalesce(${by}::uuid, m.author_id), reactions = NULL, mentions = NULL, pinned_at = NULL, pinned_by = NULL
        FROM unnest(${messages.map(({ id }) => id)}::uuid[]) WITH ORDINALITY AS n (id, place)
        WHERE m.channel_id = ${channelId}::uuid AND m.id = n.id`;
      const those = (rows: readonly MessageRow[]) => ({
        where: { channelId, seq: { in: rows.map(({ seq }) => seq) } },
      });
      const edited = messages.filter(({ version }) => version > 1);
      const reactedTo = messages.filter(({ reactions }) => reactions);
      const mentioning = messages.filter(({ mentions }) => mentions);
      if (edited.length > 0) await tx.messageVersion.deleteMany(those(edited));
      if (reactedTo.length > 0) await tx.reaction.deleteMany(those(reactedTo));
      if (mentioning.length > 0) await tx.mention.deleteMany(those(mentioning));
      const change = { ...NOTHING, deletedAt: at };
      return messages.map((message, i) => {
        return { ...message, ...change, deletedBy: by ?? message.authorId, rev: rev + i };
      });
    },
  };
}
