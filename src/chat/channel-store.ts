/** Channels: the rows that order everything. Whoever changes a channel locks its row before deciding anything. */
import type {
  ChannelId,
  ChannelKind,
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
    | 'slowModeSeconds'
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

export interface ChannelStore {
  find(id: ChannelId): Promise<ChannelRow | null>;
  /** Those that exist, in any order. */
  findAll(ids: readonly ChannelId[]): Promise<readonly ChannelRow[]>;
  /** Waits for whoever holds the row; what is read afterwards is newer than their commit. */
  lock(id: ChannelId): Promise<ChannelRow | null>;
  /** The same for many, in one order for all; without `wait` those that somebody else holds are left out. */
  lockAll(ids: readonly ChannelId[], wait: boolean): Promise<readonly ChannelRow[]>;
  /** A channel without posts, at revision 1: its creator joining. */
  create(channel: NewChannel): Promise<ChannelRow>;
  /** A channel of these people, at the revision at which the last of them joins; null where they have one already. */
  createDirect(channel: NewChannel, people: People): Promise<ChannelRow | null>;
  /** The one channel of these people. */
  findDirect(people: People): Promise<ChannelRow | null>;
  /** Takes the next revision of a locked channel. `joinedAt` moves the line below which content may be withheld. */
  advance(channel: ChannelRow, joinedSeq?: number): Promise<number>;
  /** Sets the last revisions of locked channels. */
  advanceAll(channels: readonly Pick<ChannelRow, 'id' | 'lastRev'>[]): Promise<void>;
  /** Takes the next revision of a locked channel for a change of what it is; `narrows` where some may read no more. */
  update(channel: ChannelRow, change: SettingsChange, narrows: boolean): Promise<ChannelRow>;
  /** Takes the next `count` revisions of a locked channel; gives the last of them. */
  advanceBy(channel: ChannelRow, count: number): Promise<number>;
  /** Takes the next revision of a locked channel for the going of all posts up to `purgedSeq`. */
  truncate(channel: ChannelRow, purgedSeq: number, purgedRev: number): Promise<number>;
}

export interface RawChannel extends Omit<ChannelRow, NumberColumn> {
  readonly lastSeq: bigint;
  readonly lastRev: bigint;
  readonly purgedRev: bigint;
  readonly purgedSeq: bigint;
  readonly truncatedRev: bigint;
  readonly settingsRev: bigint;
  readonly accessRev: bigint;
  readonly newestJoinedSeq: bigint;
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

export const fromRaw = (raw: RawChannel): ChannelRow => ({
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

/** A row by the names of its columns, which are those of the fields with underscores. */
type Columns = Readonly<Record<string, unknown>>;

function fieldsOf(row: Columns): RawChannel {
  const field = (column: string) =>
    column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const fields = Object.entries(row).map(([column, value]) => [field(column), value] as const);
  return Object.fromEntries(fields) as unknown as RawChannel;
}

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
      // Whoever had to wait is given the row as it is after the wait (READ COMMITTED), and the next snapshot is newer.
      const [row] = await tx.$queryRaw<Columns[]>`
        SELECT * FROM channel WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      return row ? fromRaw(fieldsOf(row)) : null;
    },
    async lockAll(ids, wait) {
      const locked = wait
        ? await tx.$queryRaw<Columns[]>`
            SELECT * FROM channel WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE`
        : await tx.$queryRaw<Columns[]>`
            SELECT * FROM channel WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`;
      return locked.map((row) => fromRaw(fieldsOf(row)));
    },
    async create(channel) {
      const row = await tx.channel.create({
        data: {
          ...channel,
          nameSealed: new Uint8Array(channel.nameSealed),
          workspaceId,
          lastRev: 1,
          keyEpochAt: channel.createdAt,
        },
      });
      return fromRaw(row as unknown as RawChannel);
    },
    async createDirect(channel, { count, digest }) {
      const { nameSealed, ...rest } = channel;
      const own = { nameSealed: new Uint8Array(nameSealed), peopleDigest: digest };
      const keyEpochAt = channel.createdAt;
      const data = { ...rest, ...own, keyEpochAt, workspaceId, lastRev: count };
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
    async truncate({ id, lastRev }, purgedSeq, purgedRev) {
      const rev = lastRev + 1;
      const data = { lastRev: rev, truncatedRev: rev, purgedSeq, purgedRev };
      await tx.channel.updateMany({ where: { id }, data });
      return rev;
    },
  };
}
