/** Channels: the rows that order everything. Whoever changes a channel locks its row before deciding anything. */
import type {
  ChannelId,
  ChannelKind,
  ChannelRole,
  HistoryPolicy,
  UserId,
  WorkspaceId,
} from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { ChannelRow } from './rows.ts';

export interface NewChannel {
  readonly id: ChannelId;
  readonly kind: ChannelKind;
  readonly historyPolicy: HistoryPolicy;
  readonly nameSealed: Uint8Array;
  readonly nameKey: number;
  readonly createdBy: UserId;
  readonly createdAt: Date;
}

export interface ListedChannel extends ChannelRow {
  readonly role: ChannelRole | null;
}

export interface ChannelStore {
  find(id: ChannelId): Promise<ChannelRow | null>;
  /** Those that exist, in any order. */
  findAll(ids: readonly ChannelId[]): Promise<readonly ChannelRow[]>;
  /** Waits for whoever holds the row; what is read afterwards is newer than their commit. */
  lock(id: ChannelId): Promise<ChannelRow | null>;
  /** A channel without posts, at revision 1: its creator joining. */
  create(channel: NewChannel): Promise<ChannelRow>;
  /** Takes the next revision of a locked channel. `joinedAt` moves the line below which content may be withheld. */
  advance(channel: ChannelRow, joinedSeq?: number): Promise<number>;
  /** Takes the next `count` revisions of a locked channel; gives the last of them. */
  advanceBy(channel: ChannelRow, count: number): Promise<number>;
  /** Seconds between two posts of the same person; 0 for none. */
  setPace(id: ChannelId, seconds: number): Promise<void>;
  /** Takes the next revision of a locked channel for the going of all posts up to `purgedSeq`. */
  truncate(channel: ChannelRow, purgedSeq: number, purgedRev: number): Promise<number>;
  /** Channels after `cursor`, in order of id, that the user is in, and public ones if `publicToo`. */
  list(
    userId: UserId,
    publicToo: boolean,
    cursor: ChannelId | null,
    limit: number,
  ): Promise<readonly ListedChannel[]>;
}

interface RawChannel extends Omit<ChannelRow, NumberColumn> {
  readonly lastSeq: bigint;
  readonly lastRev: bigint;
  readonly purgedRev: bigint;
  readonly purgedSeq: bigint;
  readonly truncatedRev: bigint;
  readonly newestJoinedSeq: bigint;
}
type NumberColumn =
  'lastSeq' | 'lastRev' | 'purgedRev' | 'purgedSeq' | 'truncatedRev' | 'newestJoinedSeq';

const fromRaw = (raw: RawChannel): ChannelRow => ({
  ...raw,
  lastSeq: Number(raw.lastSeq),
  lastRev: Number(raw.lastRev),
  purgedRev: Number(raw.purgedRev),
  purgedSeq: Number(raw.purgedSeq),
  truncatedRev: Number(raw.truncatedRev),
  newestJoinedSeq: Number(raw.newestJoinedSeq),
});

export function channelStore(tx: Tx, workspaceId: WorkspaceId): ChannelStore {
  const find = async (id: ChannelId): Promise<ChannelRow | null> => {
    const row = await tx.channel.findFirst({ where: { id } });
    return row && fromRaw(row as unknown as RawChannel);
  };
  return {
    find,
    async findAll(ids) {
      const rows = await tx.channel.findMany({ where: { id: { in: [...ids] } } });
      return rows.map((row) => fromRaw(row as unknown as RawChannel));
    },
    async lock(id) {
      // A statement of its own: the next one's snapshot is taken after the wait.
      await tx.$queryRaw`SELECT 1 FROM channel WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      return find(id);
    },
    async create(channel) {
      const row = await tx.channel.create({
        data: {
          ...channel,
          nameSealed: new Uint8Array(channel.nameSealed),
          workspaceId,
          lastRev: 1,
        },
      });
      return fromRaw(row as unknown as RawChannel);
    },
    async advance(channel, joinedSeq) {
      const rev = channel.lastRev + 1;
      const newestJoinedSeq = Math.max(channel.newestJoinedSeq, joinedSeq ?? 0);
      await tx.channel.updateMany({
        where: { id: channel.id },
        data: { lastRev: rev, newestJoinedSeq },
      });
      return rev;
    },
    async advanceBy({ id, lastRev }, count) {
      const rev = lastRev + count;
      if (count > 0) await tx.channel.updateMany({ where: { id }, data: { lastRev: rev } });
      return rev;
    },
    async setPace(id, slowModeSeconds) {
      await tx.channel.updateMany({ where: { id }, data: { slowModeSeconds } });
    },
    async truncate({ id, lastRev }, purgedSeq, purgedRev) {
      const rev = lastRev + 1;
      const data = { lastRev: rev, truncatedRev: rev, purgedSeq, purgedRev };
      await tx.channel.updateMany({ where: { id }, data });
      return rev;
    },
    async list(userId, publicToo, cursor, limit) {
      const rows = await tx.$queryRaw<(RawChannel & { role: ChannelRole | null })[]>`
        SELECT c.id, c.kind, c.name_sealed AS "nameSealed", c.name_key AS "nameKey",
          c.history_policy AS "historyPolicy", c.last_seq AS "lastSeq", c.last_rev AS "lastRev",
          c.purged_rev AS "purgedRev", c.purged_seq AS "purgedSeq",
          c.truncated_rev AS "truncatedRev", c.epoch, c.key_epoch AS "keyEpoch",
          c.newest_joined_seq AS "newestJoinedSeq", c.created_at AS "createdAt",
          c.archived_at AS "archivedAt", m.role
        FROM channel c
        LEFT JOIN membership m ON m.channel_id = c.id AND m.user_id = ${userId}::uuid AND m.left_rev IS NULL
        WHERE (m.role IS NOT NULL OR (${publicToo} AND c.kind = 'public'))
          AND (${cursor}::uuid IS NULL OR c.id > ${cursor}::uuid)
        ORDER BY c.id LIMIT ${limit}`;
      return rows.map(({ role, ...raw }) => ({ ...fromRaw(raw), role }));
    },
  };
}
