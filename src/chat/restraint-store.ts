/** Who is silenced in a channel, and until when; whoever leaves and comes back is as silent as before. */
import type { ChannelId, UserId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export interface RestraintStore {
  /** What silences somebody in the channel at that time; null for who may speak. */
  muted(
    channelId: ChannelId,
    userId: UserId,
    at: Date,
  ): Promise<{ readonly until: Date | null } | null>;
  /** Mutes, or with null gives back speech; false for who was never in the channel. */
  mute(
    channelId: ChannelId,
    userId: UserId,
    mute: { readonly at: Date; readonly until: Date | null } | null,
  ): Promise<boolean>;
  /** Of these, who is silenced in the channel named with them at that time; one query. */
  mutedAmong(
    asked: readonly { readonly channelId: ChannelId; readonly userId: UserId }[],
    at: Date,
  ): Promise<readonly Silenced[]>;
}

export interface Silenced {
  readonly channelId: ChannelId;
  readonly userId: UserId;
  /** Null for a mute without an end. */
  readonly until: Date | null;
}

/** Of these channels, those that are archived; one query. */
export async function archivedAmong(
  tx: Tx,
  asked: readonly { readonly channelId: ChannelId }[],
): Promise<ReadonlySet<ChannelId>> {
  const ids = [...new Set(asked.map(({ channelId }) => channelId))];
  const where = { id: { in: ids }, archivedAt: { not: null } };
  const rows = await tx.channel.findMany({ where, select: { id: true } });
  return new Set(rows.map(({ id }) => id as ChannelId));
}

export function restraintStore(tx: Tx): RestraintStore {
  const latest = (channelId: ChannelId, userId: UserId) =>
    tx.membership.findFirst({ where: { channelId, userId }, orderBy: { joinedRev: 'desc' } });
  return {
    async muted(channelId, userId, at) {
      const row = await latest(channelId, userId);
      if (!row?.mutedAt || (row.mutedUntil && row.mutedUntil <= at)) return null;
      return { until: row.mutedUntil };
    },
    async mute(channelId, userId, mute) {
      const row = await latest(channelId, userId);
      if (!row) return false;
      const data = { mutedAt: mute?.at ?? null, mutedUntil: mute?.until ?? null };
      await tx.membership.updateMany({
        where: { channelId, userId, joinedRev: row.joinedRev },
        data,
      });
      return true;
    },
    async mutedAmong(asked, at) {
      return tx.$queryRaw<Silenced[]>`
        SELECT DISTINCT m.channel_id AS "channelId", m.user_id AS "userId", m.muted_until AS until
        FROM unnest(${asked.map(({ channelId }) => channelId)}::uuid[],
            ${asked.map(({ userId }) => userId)}::uuid[]) AS n (channel_id, user_id)
        JOIN membership m ON m.channel_id = n.channel_id AND m.user_id = n.user_id AND m.left_rev IS NULL
        WHERE m.muted_at IS NOT NULL AND (m.muted_until IS NULL OR m.muted_until > ${at})`;
    },
  };
}
