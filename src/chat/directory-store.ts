/** The channels that somebody finds: those they are in, and the public ones, a page at a time. */
import type { ChannelId, ChannelRole, UserId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { fromRaw, type ChannelStore, type RawChannel } from './channel-store.ts';
import type { ChannelRow } from './rows.ts';

/** A public channel as whoever looks around is told of it. */
export interface PublicChannel extends ChannelRow {
  readonly role: ChannelRole | null;
  readonly members: number;
  /** When the last post was made, or the channel where there is none. */
  readonly activeAt: Date;
}

export interface ListedChannel extends ChannelRow {
  readonly role: ChannelRole | null;
  /** As in MembershipStore. */
  readonly readSeq: number | null;
}

export interface Directory {
  /** Public channels after `cursor`, in order of id. */
  publicOnes(
    userId: UserId,
    archivedToo: boolean,
    cursor: ChannelId | null,
    limit: number,
  ): Promise<readonly PublicChannel[]>;
  /**
   * Channels after `cursor`, in order of id, that the user is in or that a role of theirs opens, and public ones if
   * `publicToo`; those that they are banned from, only while they are in them.
   */
  list(
    userId: UserId,
    publicToo: boolean,
    cursor: ChannelId | null,
    limit: number,
  ): Promise<readonly ListedChannel[]>;
}

type WithId = Pick<ChannelRow, 'id'>;

interface RawListed extends RawChannel {
  readonly role: ChannelRole | null;
  readonly readSeq: bigint | null;
}

export function directory(tx: Tx, { findAll }: Pick<ChannelStore, 'findAll'>): Directory {
  return {
    async list(userId, publicToo, cursor, limit) {
      const rows = await tx.$queryRaw<RawListed[]>`
        SELECT c.id, c.kind, c.name_sealed AS "nameSealed", c.name_key AS "nameKey",
          c.topic_sealed AS "topicSealed", c.topic_key AS "topicKey", c.read_only AS "readOnly",
          c.slow_mode_seconds AS "slowModeSeconds",
          c.has_overrides AS "hasOverrides",
          c.settings_rev AS "settingsRev", c.access_rev AS "accessRev",
          c.history_policy AS "historyPolicy", c.last_seq AS "lastSeq", c.last_rev AS "lastRev",
          c.purged_rev AS "purgedRev", c.purged_seq AS "purgedSeq",
          c.truncated_rev AS "truncatedRev", c.epoch, c.key_epoch AS "keyEpoch",
          c.newest_joined_seq AS "newestJoinedSeq", c.created_at AS "createdAt",
          c.archived_at AS "archivedAt", m.role,
          CASE WHEN m.role IS NOT NULL THEN greatest(m.read_seq, m.joined_seq, c.purged_seq) END AS "readSeq"
        FROM channel c
        LEFT JOIN membership m ON m.channel_id = c.id AND m.user_id = ${userId}::uuid AND m.left_rev IS NULL
        WHERE (m.role IS NOT NULL OR (${publicToo} AND c.kind = 'public') OR (c.kind <> 'direct' AND EXISTS (
            SELECT FROM role_grant g
            JOIN custom_role q ON q.workspace_id = g.workspace_id AND q.id = g.role_id AND q.scope = 'channels'
            JOIN custom_role_channel h ON h.workspace_id = q.workspace_id AND h.role_id = q.id
            WHERE g.user_id = ${userId}::uuid AND h.channel_id = c.id
              AND q.permissions && ARRAY['channel.read', 'message.read'])))
          AND (m.role IS NOT NULL OR NOT EXISTS (
            SELECT FROM moderation_act b
            WHERE b.channel_id = c.id AND b.subject_id = ${userId}::uuid AND b.kind = 'ban'
              AND b.ended_at IS NULL AND (b.until IS NULL OR b.until > now())))
          AND (${cursor}::uuid IS NULL OR c.id > ${cursor}::uuid)
        ORDER BY c.id LIMIT ${limit}`;
      return rows.map(({ role, readSeq, ...raw }) => ({
        ...fromRaw(raw),
        role,
        readSeq: readSeq === null ? null : Number(readSeq),
      }));
    },
    async publicOnes(userId, archivedToo, cursor, limit) {
      const found = await tx.$queryRaw<(Omit<PublicChannel, keyof ChannelRow> & WithId)[]>`
        SELECT c.id, m.role, n.members::int, coalesce(l.at, c.created_at) AS "activeAt"
        FROM channel c
        LEFT JOIN membership m ON m.channel_id = c.id AND m.user_id = ${userId}::uuid AND m.left_rev IS NULL
        LEFT JOIN message l ON l.channel_id = c.id AND l.seq = c.last_seq
        CROSS JOIN LATERAL (
          SELECT count(*) AS members FROM membership i WHERE i.channel_id = c.id AND i.left_rev IS NULL) n
        WHERE c.kind = 'public' AND (${archivedToo} OR c.archived_at IS NULL)
          AND (${cursor}::uuid IS NULL OR c.id > ${cursor}::uuid)
          AND (m.role IS NOT NULL OR NOT EXISTS (
            SELECT FROM moderation_act b
            WHERE b.channel_id = c.id AND b.subject_id = ${userId}::uuid AND b.kind = 'ban'
              AND b.ended_at IS NULL AND (b.until IS NULL OR b.until > now())))
        ORDER BY c.id LIMIT ${limit}`;
      const rows = await findAll(found.map(({ id }) => id));
      const channels = new Map(rows.map((row) => [row.id, row]));
      return found.flatMap((each) => {
        const channel = channels.get(each.id);
        return channel ? [{ ...channel, ...each }] : [];
      });
    },
  };
}
