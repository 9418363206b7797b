/** How long what is kept, as rows: of the workspace by kind, and of messages by channel. */
import {
  RETENTION_DAYS,
  RETENTION_KINDS,
  type ChannelId,
  type RetentionKind,
  type RetentionPolicy,
  type UserId,
  type WorkspaceId,
} from '../../contract/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';

export interface PolicyStore {
  /** What holds for the workspace, of each kind, in the order of the contract. */
  ofWorkspace(): Promise<readonly RetentionPolicy[]>;
  /** Channels that have it otherwise, in order of id, from the one after `after`. */
  overrides(after: ChannelId | null, limit: number): Promise<readonly RetentionPolicy[]>;
  /** All of them, with their days. */
  allOverrides(): Promise<ReadonlyMap<ChannelId, number>>;
  /** Null days: as if nobody had said anything. Gives what held before; null where nobody had. */
  set(policy: NewPolicy): Promise<number | null>;
  hasChannel(id: ChannelId): Promise<boolean>;
  /** What Postgres takes the time to be. */
  now(): Promise<Date>;
}

export interface NewPolicy {
  readonly id: string;
  readonly kind: RetentionKind;
  readonly channelId: ChannelId | null;
  readonly days: number | null;
  readonly setBy: UserId;
  readonly setAt: Date;
}

export function policyStore(tx: Tx, workspaceId: WorkspaceId): PolicyStore {
  const said = { days: { not: null } };
  return {
    async ofWorkspace() {
      const rows = await tx.retentionPolicy.findMany({
        where: { workspaceId, channelId: null, ...said },
      });
      return RETENTION_KINDS.map((kind) => {
        const row = rows.find((one) => one.kind === kind);
        if (row) return shown(row);
        const { usual: days } = RETENTION_DAYS[kind];
        return { kind, channelId: null, days, setBy: null, setAt: null };
      });
    },
    async overrides(after, take) {
      const rows = await tx.retentionPolicy.findMany({
        where: {
          ...{ workspaceId, ...said },
          channelId: after === null ? { not: null } : { gt: after },
        },
        orderBy: { channelId: 'asc' },
        take,
      });
      return rows.map(shown);
    },
    async allOverrides() {
      const rows = await tx.retentionPolicy.findMany({
        where: { workspaceId, channelId: { not: null }, ...said },
        select: { channelId: true, days: true },
      });
      return new Map(rows.map(({ channelId, days }) => [channelId as ChannelId, days ?? 0]));
    },
    async set({ id, kind, channelId, days, setBy, setAt }) {
      const before = await tx.retentionPolicy.findFirst({
        where: { workspaceId, kind, channelId },
        select: { days: true },
      });
      await tx.$executeRaw`
        INSERT INTO retention_policy (workspace_id, id, kind, channel_id, days, set_by, set_at)
        VALUES (${workspaceId}::uuid, ${id}::uuid, ${kind}, ${channelId}::uuid, ${days}::int, ${setBy}::uuid, ${setAt})
        ON CONFLICT (workspace_id, kind, channel_id)
        DO UPDATE SET days = excluded.days, set_by = excluded.set_by, set_at = excluded.set_at`;
      return before?.days ?? null;
    },
    async hasChannel(id) {
      return (await tx.channel.count({ where: { workspaceId, id } })) > 0;
    },
    async now() {
      const [row] = await tx.$queryRaw<{ at: Date }[]>`SELECT clock_timestamp() AS at`;
      if (!row) throw new Error('Postgres has no time');
      return row.at;
    },
  };
}

type Raw = Awaited<ReturnType<Tx['retentionPolicy']['findFirstOrThrow']>>;

/** The table's CHECKs allow nothing else. */
function shown({ kind, channelId, days, setBy, setAt }: Raw): RetentionPolicy {
  return { kind, channelId, days, setBy, setAt: setAt.getTime() } as RetentionPolicy;
}
