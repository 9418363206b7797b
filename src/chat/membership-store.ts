/** Memberships as intervals: joining opens one, leaving closes it, and none is ever overwritten. */
import type { ChannelId, ChannelRole, UserId, WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { Pair } from './presence-ports.ts';
import {
  byChannel,
  type ChannelRow,
  type MembershipRow,
  type Readable,
  type Stretch,
} from './rows.ts';

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
  /**
   * Up to where the person has read each of these channels: their mark, or where they joined, or what was truncated,
   * whichever is furthest. Who is not in a channel has read nothing of it: it is left out. One query.
   */
  readUpTo(
    channels: readonly ChannelRow[],
    userId: UserId,
  ): Promise<ReadonlyMap<ChannelId, number>>;
  /** What the person may read of the channel by its history policy. */
  readable(channel: ChannelRow, userId: UserId): Promise<Readable>;
  /** The times in which the person was in the channel, in places of posts; one query. */
  intervals(channelId: ChannelId, userId: UserId): Promise<Exclude<Readable, 'all'>>;
  /** What each may read of a channel of their own; one query. */
  readableEach(
    asked: readonly { readonly channel: ChannelRow; readonly userId: UserId }[],
  ): Promise<readonly Readable[]>;
  /** What they may read of many channels, in one query. */
  readableIn(
    channels: readonly ChannelRow[],
    userId: UserId,
  ): Promise<ReadonlyMap<ChannelId, Readable>>;
  /** Intervals changed in these stretches, in order of revision within each channel; one query. */
  changed(stretches: readonly Stretch[]): Promise<ReadonlyMap<ChannelId, readonly MembershipRow[]>>;
  /** How many of these are active accounts of people. */
  countActive(userIds: readonly UserId[]): Promise<number>;
  /** Whether the two of each pair are in some channel together, in the order of the pairs; one query. */
  sharing(pairs: readonly Pair[]): Promise<boolean[]>;
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
  const readableIn: MembershipStore['readableIn'] = async (channels, userId) => {
    const since = channels.filter(({ historyPolicy }) => historyPolicy !== 'all');
    const channelId = { in: since.map(({ id }) => id) };
    const rows =
      since.length === 0 ? [] : await tx.membership.findMany({ where: { channelId, userId } });
    const intervals = byChannel(
      rows.map((row) => ({ ...fromRaw(row), channelId: row.channelId as ChannelId })),
    );
    return new Map(
      channels.map(({ id, historyPolicy }): [ChannelId, Readable] => {
        if (historyPolicy === 'all') return [id, 'all'];
        const own = intervals.get(id) ?? [];
        return [id, own.map(({ joinedSeq: after, leftSeq: upTo }) => ({ after, upTo }))];
      }),
    );
  };
  const latest = (channelId: ChannelId, userId: UserId) =>
    tx.membership.findFirst({ where: { channelId, userId }, orderBy: { joinedRev: 'desc' } });
  return {
    async current(channelId, userId) {
      const row = await tx.membership.findFirst({ where: { channelId, userId, leftRev: null } });
      return row && fromRaw(row);
    },
    async open(channel, userId, role, rev, joinedAt) {
      const place = { rev, joinedRev: rev, joinedSeq: channel.lastSeq, joinedAt };
      // Whoever leaves and comes back is as silent, and as slow, as before.
      const {
        mutedAt = null,
        mutedUntil = null,
        lastPostAt = null,
      } = (await latest(channel.id, userId)) ?? {};
      const restraints = { mutedAt, mutedUntil, lastPostAt };
      const row = await tx.membership.create({
        data: { workspaceId, channelId: channel.id, userId, role, ...place, ...restraints },
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
    async readUpTo(channels, userId) {
      const rows = await tx.membership.findMany({
        where: { channelId: { in: channels.map(({ id }) => id) }, userId, leftRev: null },
        select: { channelId: true, readSeq: true, joinedSeq: true },
      });
      const marks = new Map(rows.map((row) => [row.channelId, row]));
      return new Map(
        channels.flatMap(({ id, purgedSeq }): [ChannelId, number][] => {
          const mark = marks.get(id);
          if (!mark) return [];
          return [[id, Math.max(Number(mark.readSeq), Number(mark.joinedSeq), purgedSeq)]];
        }),
      );
    },
    async readable(channel, userId) {
      return (await readableIn([channel], userId)).get(channel.id) ?? [];
    },
    readableIn,
    async intervals(channelId, userId) {
      const rows = await tx.membership.findMany({ where: { channelId, userId } });
      return rows.map(fromRaw).map(({ joinedSeq: after, leftSeq: upTo }) => ({ after, upTo }));
    },
    async readableEach(asked) {
      const since = asked.filter(({ channel }) => channel.historyPolicy !== 'all');
      const channelId = { in: [...new Set(since.map(({ channel }) => channel.id))] };
      const userId = { in: [...new Set(since.map((one) => one.userId))] };
      const rows =
        since.length === 0 ? [] : await tx.membership.findMany({ where: { channelId, userId } });
      const intervals = new Map<string, { after: number; upTo: number | null }[]>();
      for (const row of rows) {
        const { joinedSeq: after, leftSeq: upTo } = fromRaw(row);
        const key = `${row.channelId} ${row.userId}`;
        intervals.set(key, [...(intervals.get(key) ?? []), { after, upTo }]);
      }
      return asked.map(({ channel, userId }) =>
        channel.historyPolicy === 'all' ? 'all' : (intervals.get(`${channel.id} ${userId}`) ?? []),
      );
    },
    async changed(stretches) {
      const rows = await tx.$queryRaw<(RawMembership & { channelId: ChannelId })[]>`
        SELECT m.*
        FROM unnest(${stretches.map(({ channelId }) => channelId)}::uuid[],
            ${stretches.map(({ since }) => since)}::bigint[],
            ${stretches.map(({ upTo }) => upTo)}::bigint[],
            ${stretches.map(({ limit }) => limit)}::int[])
          AS s (channel_id, since, up_to, most),
        LATERAL (
          SELECT channel_id AS "channelId", user_id AS "userId", role, rev, joined_seq AS "joinedSeq",
            joined_rev AS "joinedRev", left_seq AS "leftSeq", left_rev AS "leftRev"
          FROM membership
          WHERE channel_id = s.channel_id AND rev > s.since AND rev <= s.up_to
          ORDER BY rev LIMIT s.most) m
        ORDER BY m."channelId", m.rev`;
      return byChannel(rows.map((row) => ({ ...fromRaw(row), channelId: row.channelId })));
    },
    countActive: (userIds) =>
      tx.account.count({
        where: { id: { in: [...userIds] }, status: 'active', role: { not: 'system' } },
      }),
    async sharing(pairs) {
      const rows = await tx.$queryRaw<{ readonly shared: boolean }[]>`
        SELECT EXISTS (
          SELECT FROM membership a
          JOIN membership b ON b.channel_id = a.channel_id AND b.user_id = p.person AND b.left_rev IS NULL
          WHERE a.workspace_id = ${workspaceId}::uuid AND a.user_id = p.reader AND a.left_rev IS NULL) AS shared
        FROM unnest(${pairs.map(({ reader }) => reader)}::uuid[],
            ${pairs.map(({ person }) => person)}::uuid[]) WITH ORDINALITY AS p (reader, person, i)
        ORDER BY p.i`;
      return rows.map(({ shared }) => shared);
    },
    async accountExists(userId) {
      return (await tx.account.count({ where: { id: userId, status: 'active' } })) === 1;
    },
  };
}
