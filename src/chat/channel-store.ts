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

/** Who a direct channel is: the same people have the same digest, in whatever order they are named. */
export interface People {
  readonly count: number;
  readonly digest: Uint8Array<ArrayBuffer>;
}

/** What a change of settings writes; what it leaves out stays. */
export type SettingsChange = Partial<
  Pick<
    ChannelRow,
    | 'kind'
    | 'nameSealed'
    | 'nameKey'
    | 'topicSealed'
    | 'topicKey'
    | 'historyPolicy'
    | 'readOnly'
    | 'hasOverrides'
    | 'archivedAt'
  >
>;

export interface NewChannel {
  readonly id: ChannelId;
  readonly kind: ChannelKind;
  readonly historyPolicy: HistoryPolicy;
  readonly nameSealed: Uint8Array;
  readonly nameKey: number;
  readonly createdBy: UserId;
  readonly createdAt: Date;
}

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

export interface ChannelStore {
  find(id: ChannelId): Promise<ChannelRow | null>;
  /** Those that exist, in any order. */
  findAll(ids: readonly ChannelId[]): Promise<readonly ChannelRow[]>;
  /** Waits for whoever holds the row; what is read afterwards is newer than their commit. */
  lock(id: ChannelId): Promise<ChannelRow | null>;
  /** The same for many, in one order for all; without `wait` those that somebody else holds are left out. */
  lockAll(ids: readonly ChannelId[], wait: boolean): Promise<ReadonlySet<ChannelId>>;
  /** A channel without posts, at revision 1: its creator joining. */
  create(channel: NewChannel): Promise<ChannelRow>;
  /** A channel of these people, at the revision at which the last of them joins; null where they have one already. */
  createDirect(channel: NewChannel, people: People): Promise<ChannelRow | null>;
  /** The one channel of these people. */
  findDirect(people: People): Promise<ChannelRow | null>;
  /** Public channels after `cursor`, in order of id. */
  listPublic(
    userId: UserId,
    archivedToo: boolean,
    cursor: ChannelId | null,
    limit: number,
  ): Promise<readonly PublicChannel[]>;
  /** Takes the next revision of a locked channel. `joinedAt` moves the line below which content may be withheld. */
  advance(channel: ChannelRow, joinedSeq?: number): Promise<number>;
  /** Sets the last revisions of locked channels. */
  advanceAll(channels: readonly Pick<ChannelRow, 'id' | 'lastRev'>[]): Promise<void>;
  /** Takes the next revision of a locked channel for a change of what it is; `narrows` where some may read no more. */
  update(channel: ChannelRow, change: SettingsChange, narrows: boolean): Promise<ChannelRow>;
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

type WithId = Pick<ChannelRow, 'id'>;

interface RawChannel extends Omit<ChannelRow, NumberColumn> {
  readonly lastSeq: bigint;
  readonly lastRev: bigint;
  readonly purgedRev: bigint;
  readonly purgedSeq: bigint;
  readonly truncatedRev: bigint;
  readonly settingsRev: bigint;
  readonly accessRev: bigint;
  readonly newestJoinedSeq: bigint;
}
interface RawListed extends RawChannel {
  readonly role: ChannelRole | null;
  readonly readSeq: bigint | null;
}
type NumberColumn =
  | 'lastSeq'
  | 'lastRev'
  | 'purgedRev'
  | 'purgedSeq'
  | 'truncatedRev'
  | 'settingsRev'
  | 'accessRev'
  | 'newestJoinedSeq';

const fromRaw = (raw: RawChannel): ChannelRow => ({
  ...raw,
  lastSeq: Number(raw.lastSeq),
  lastRev: Number(raw.lastRev),
  purgedRev: Number(raw.purgedRev),
  purgedSeq: Number(raw.purgedSeq),
  truncatedRev: Number(raw.truncatedRev),
  settingsRev: Number(raw.settingsRev),
  accessRev: Number(raw.accessRev),
  newestJoinedSeq: Number(raw.newestJoinedSeq),
});

export function channelStore(tx: Tx, workspaceId: WorkspaceId): ChannelStore {
  const find = async (id: ChannelId): Promise<ChannelRow | null> => {
    const row = await tx.channel.findFirst({ where: { id } });
    return row && fromRaw(row as unknown as RawChannel);
  };
  const findAll = async (ids: readonly ChannelId[]): Promise<readonly ChannelRow[]> => {
    const rows = await tx.channel.findMany({ where: { id: { in: [...ids] } } });
    return rows.map((row) => fromRaw(row as unknown as RawChannel));
  };
  return {
    find,
    findAll,
    async lock(id) {
      // A statement of its own: the next one's snapshot is taken after the wait.
      await tx.$queryRaw`SELECT 1 FROM channel WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      return find(id);
    },
    async lockAll(ids, wait) {
      const locked = wait
        ? await tx.$queryRaw<{ id: ChannelId }[]>`
            SELECT id FROM channel WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE`
        : await tx.$queryRaw<{ id: ChannelId }[]>`
            SELECT id FROM channel WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`;
      return new Set(locked.map(({ id }) => id));
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
    async createDirect(channel, { count, digest }) {
      const { nameSealed, ...rest } = channel;
      const own = { nameSealed: new Uint8Array(nameSealed), peopleDigest: digest };
      const data = { ...rest, ...own, workspaceId, lastRev: count };
      // Whoever opens it at the same moment is waited for: then theirs is the one.
      const { count: made } = await tx.channel.createMany({ data, skipDuplicates: true });
      return made === 1 ? find(channel.id) : null;
    },
    async findDirect({ digest }) {
      const row = await tx.channel.findFirst({ where: { peopleDigest: digest } });
      return row && fromRaw(row as unknown as RawChannel);
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
    async advanceAll(channels) {
      await tx.$executeRaw`
        UPDATE channel c SET last_rev = n.rev
        FROM unnest(${channels.map(({ id }) => id)}::uuid[],
            ${channels.map(({ lastRev }) => lastRev)}::bigint[]) AS n (id, rev)
        WHERE c.id = n.id`;
    },
    async update(channel, change, narrows) {
      const rev = channel.lastRev + 1;
      const accessRev = narrows ? rev : channel.accessRev;
      const revisions = { lastRev: rev, settingsRev: rev, accessRev };
      const { nameSealed, topicSealed, ...rest } = change;
      await tx.channel.updateMany({
        where: { id: channel.id },
        data: {
          ...rest,
          ...revisions,
          ...(nameSealed && { nameSealed: new Uint8Array(nameSealed) }),
          ...(topicSealed !== undefined && {
            topicSealed: topicSealed && new Uint8Array(topicSealed),
          }),
        },
      });
      return { ...channel, ...change, ...revisions };
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
      const rows = await tx.$queryRaw<RawListed[]>`
        SELECT c.id, c.kind, c.name_sealed AS "nameSealed", c.name_key AS "nameKey",
          c.topic_sealed AS "topicSealed", c.topic_key AS "topicKey", c.read_only AS "readOnly",
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
        WHERE (m.role IS NOT NULL OR (${publicToo} AND c.kind = 'public'))
          AND (${cursor}::uuid IS NULL OR c.id > ${cursor}::uuid)
        ORDER BY c.id LIMIT ${limit}`;
      return rows.map(({ role, readSeq, ...raw }) => ({
        ...fromRaw(raw),
        role,
        readSeq: readSeq === null ? null : Number(readSeq),
      }));
    },
    async listPublic(userId, archivedToo, cursor, limit) {
      const found = await tx.$queryRaw<(Omit<PublicChannel, keyof ChannelRow> & WithId)[]>`
        SELECT c.id, m.role, n.members::int, coalesce(l.at, c.created_at) AS "activeAt"
        FROM channel c
        LEFT JOIN membership m ON m.channel_id = c.id AND m.user_id = ${userId}::uuid AND m.left_rev IS NULL
        LEFT JOIN message l ON l.channel_id = c.id AND l.seq = c.last_seq
        CROSS JOIN LATERAL (
          SELECT count(*) AS members FROM membership i WHERE i.channel_id = c.id AND i.left_rev IS NULL) n
        WHERE c.kind = 'public' AND (${archivedToo} OR c.archived_at IS NULL)
          AND (${cursor}::uuid IS NULL OR c.id > ${cursor}::uuid)
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
