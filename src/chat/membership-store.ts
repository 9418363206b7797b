/** Memberships as intervals: joining opens one, leaving closes it, and none is ever overwritten. */
import type { ChannelId, ChannelRole, UserId, WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { ChannelRow, MembershipRow, Readable } from './rows.ts';

/** Somebody who is or was in a channel, as of their latest interval. */
export interface ListedMember {
  readonly userId: UserId;
  readonly role: ChannelRole;
  readonly joinedAt: Date;
  readonly present: boolean;
}

export interface MembershipStore {
  /** The open interval of somebody, or null for who is not in the channel. */
  current(channelId: ChannelId, userId: UserId): Promise<MembershipRow | null>;
  /** Opens an interval at revision `rev`, after the channel's last post. */
  open(
    channel: ChannelRow,
    userId: UserId,
    role: ChannelRole,
    rev: number,
    at: Date,
  ): Promise<MembershipRow>;
  close(channel: ChannelRow, member: MembershipRow, rev: number, at: Date): Promise<MembershipRow>;
  setRole(
    channelId: ChannelId,
    member: MembershipRow,
    role: ChannelRole,
    rev: number,
  ): Promise<MembershipRow>;
  owners(channelId: ChannelId): Promise<number>;
  /** People after `cursor`, in order of id: who is in the channel, or which of `among` are or ever were. */
  list(
    channelId: ChannelId,
    among: readonly UserId[] | null,
    cursor: UserId | null,
    limit: number,
  ): Promise<readonly ListedMember[]>;
  /** What the person may read of the channel by its history policy. */
  readable(channel: ChannelRow, userId: UserId): Promise<Readable>;
  /** Intervals changed in (since, upTo], in order of revision. */
  changed(
    channelId: ChannelId,
    since: number,
    upTo: number,
    limit: number,
  ): Promise<readonly MembershipRow[]>;
  /** True when the workspace has an active account of that id. */
  accountExists(userId: UserId): Promise<boolean>;
}

interface RawMembership {
  userId: string;
  role: string;
  rev: bigint;
  joinedSeq: bigint;
  joinedRev: bigint;
  leftSeq: bigint | null;
  leftRev: bigint | null;
}

const fromRaw = (raw: RawMembership): MembershipRow => ({
  userId: raw.userId as UserId,
  role: raw.role as ChannelRole,
  rev: Number(raw.rev),
  joinedSeq: Number(raw.joinedSeq),
  joinedRev: Number(raw.joinedRev),
  leftSeq: raw.leftSeq === null ? null : Number(raw.leftSeq),
  leftRev: raw.leftRev === null ? null : Number(raw.leftRev),
});

export function membershipStore(tx: Tx, workspaceId: WorkspaceId): MembershipStore {
  const keyOf = (channelId: ChannelId, { userId, joinedRev }: MembershipRow) => ({
    channelId,
    userId,
    joinedRev: BigInt(joinedRev),
  });
  return {
    async current(channelId, userId) {
      const row = await tx.membership.findFirst({ where: { channelId, userId, leftRev: null } });
      return row && fromRaw(row);
    },
    async open(channel, userId, role, rev, joinedAt) {
      const place = { rev, joinedRev: rev, joinedSeq: channel.lastSeq, joinedAt };
      const row = await tx.membership.create({
        data: { workspaceId, channelId: channel.id, userId, role, ...place },
      });
      return fromRaw(row);
    },
    async close(channel, member, rev, leftAt) {
      await tx.membership.updateMany({
        where: keyOf(channel.id, member),
        data: { rev, leftRev: rev, leftSeq: channel.lastSeq, leftAt },
      });
      return { ...member, rev, leftRev: rev, leftSeq: channel.lastSeq };
    },
    async setRole(channelId, member, role, rev) {
      await tx.membership.updateMany({ where: keyOf(channelId, member), data: { role, rev } });
      return { ...member, role, rev };
    },
    owners: (channelId) =>
      tx.membership.count({ where: { channelId, role: 'owner', leftRev: null } }),
    async list(channelId, among, cursor, limit) {
      if (among === null) {
        const after = cursor === null ? {} : { userId: { gt: cursor } };
        const rows = await tx.membership.findMany({
          where: { channelId, leftRev: null, ...after },
          orderBy: { userId: 'asc' },
          take: limit,
          select: { userId: true, role: true, joinedAt: true },
        });
        return rows.map((row) => ({ ...(row as Omit<ListedMember, 'present'>), present: true }));
      }
      // One probe of the primary key each, however often somebody came and went.
      return tx.$queryRaw<ListedMember[]>`
        SELECT u.id AS "userId", m.role, m.joined_at AS "joinedAt", m.left_rev IS NULL AS present
        FROM unnest(${[...among]}::uuid[]) AS u (id)
        CROSS JOIN LATERAL (
          SELECT i.role, i.joined_at, i.left_rev FROM membership i
          WHERE i.channel_id = ${channelId}::uuid AND i.user_id = u.id
          ORDER BY i.joined_rev DESC LIMIT 1) m
        WHERE ${cursor}::uuid IS NULL OR u.id > ${cursor}::uuid
        ORDER BY u.id LIMIT ${limit}`;
    },
    async readable(channel, userId) {
      if (channel.historyPolicy === 'all') return 'all';
      const rows = await tx.membership.findMany({ where: { channelId: channel.id, userId } });
      return rows
        .map(fromRaw)
        .map(({ joinedSeq, leftSeq }) => ({ after: joinedSeq, upTo: leftSeq }));
    },
    async changed(channelId, since, upTo, limit) {
      const rows = await tx.membership.findMany({
        where: { channelId, rev: { gt: since, lte: upTo } },
        orderBy: { rev: 'asc' },
        take: limit,
      });
      return rows.map(fromRaw);
    },
    async accountExists(userId) {
      return (await tx.account.count({ where: { id: userId, status: 'active' } })) === 1;
    },
  };
}
