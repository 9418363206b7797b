/** Runs of retention as rows: who asked, how far it is, and what was removed; none is ever taken out again. */
import type {
  RetentionKind,
  RetentionReport,
  RetentionRunId,
  RetentionRunState,
  UserId,
  WorkspaceId,
} from '../../contract/index.ts';
import type { RetentionCursor } from '../../kernel/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';

export type { Tx };

/** `lagMs`: by how much the oldest that was due had outstayed its time, in milliseconds. */
export type Tally = Readonly<Record<'due' | 'removed' | 'held' | 'lagMs', number>>;

export type Tallies = Readonly<Partial<Record<RetentionKind, Tally>>>;

export interface RunRow {
  readonly id: RetentionRunId;
  /** Null: the schedule. */
  readonly requestedBy: UserId | null;
  readonly requestedAt: Date;
  readonly state: RetentionRunState;
  readonly asOf: Date | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly step: string | null;
  readonly cursor: RetentionCursor | null;
  readonly tallies: Tallies;
  readonly counts: Readonly<Record<string, number>>;
  readonly report: RetentionReport | null;
}

export type NewRun = Pick<RunRow, 'id' | 'requestedBy' | 'requestedAt'>;
export type RunChange = Partial<Omit<RunRow, keyof NewRun>>;

export interface RunStore {
  /** False, and nothing stored, where there is an open one. */
  add(run: NewRun): Promise<boolean>;
  open(): Promise<RunRow | null>;
  newest(): Promise<RunRow | null>;
  /** As it is now, unchanged by others until this transaction ends. */
  lock(id: RetentionRunId): Promise<RunRow | null>;
  change(run: RunRow, change: RunChange): Promise<RunRow>;
  /** The newest first, from the one before `before`. */
  page(before: RetentionRunId | null, limit: number): Promise<readonly RunRow[]>;
  /** Runs the job after so many milliseconds, once the transaction is committed; the same run is the same job. */
  enqueue(id: RetentionRunId, delayMs: number): Promise<void>;
}

export function runStore(tx: Tx, workspaceId: WorkspaceId): RunStore {
  const find = async (where: object): Promise<RunRow | null> => {
    const row = await tx.retentionRun.findFirst({
      where: { workspaceId, ...where },
      orderBy: { id: 'desc' },
    });
    return row as RunRow | null;
  };
  return {
    async add(run) {
      const data = { workspaceId, ...run };
      return (await tx.retentionRun.createMany({ data, skipDuplicates: true })).count === 1;
    },
    open: () => find({ state: { not: 'done' } }),
    newest: () => find({}),
    async lock(id) {
      await tx.$executeRaw`SELECT FROM retention_run
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`;
      return find({ id });
    },
    async change(run, change) {
      const is = { ...run, ...change };
      const json = (value: object | null) => value && JSON.stringify(value);
      // In one statement: a channel may be held until the commit.
      await tx.$executeRaw`
        UPDATE retention_run SET state = ${is.state}, as_of = ${is.asOf}, started_at = ${is.startedAt},
          ended_at = ${is.endedAt}, step = ${is.step}, cursor = ${json(is.cursor)}::jsonb,
          tallies = ${json(is.tallies)}::jsonb, counts = ${json(is.counts)}::jsonb, report = ${json(is.report)}::jsonb
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${run.id}::uuid`;
      return is;
    },
    async page(before, take) {
      const rows: unknown = await tx.retentionRun.findMany({
        where: { workspaceId, ...(before !== null && { id: { lt: before } }) },
        orderBy: { id: 'desc' }, // ids are made in the order of time
        take,
      });
      return rows as readonly RunRow[];
    },
    async enqueue(runId, delayMs) {
      await tx.$executeRaw`SELECT enqueue_job('privacy.retain', ${JSON.stringify({ runId })}::jsonb,
        ${Math.max(0, Math.ceil(delayMs))}::bigint, ${runId})`;
    },
  };
}
