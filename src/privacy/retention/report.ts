/** What a run of retention did, signed, in words that stay true however often the server changes afterwards. */
import type {
  RetentionPolicy,
  RetentionPortion,
  RetentionReport,
  WorkspaceId,
} from '../../contract/index.ts';
import { goesBefore, type RetentionScope } from '../../kernel/index.ts';
import type { RunRow, Tally } from './run-store.ts';

export interface EndedRun {
  readonly workspaceId: WorkspaceId;
  readonly run: RunRow;
  /** Of the workspace, of each kind, as the run ended. */
  readonly policies: readonly RetentionPolicy[];
  readonly overrides: number;
  readonly audit: RetentionReport['audit'];
  readonly finishedAt: Date;
}

export const NONE: Tally = { due: 0, removed: 0, held: 0, lagMs: 0 };

export function reportOf(ended: EndedRun): Omit<RetentionReport, 'key' | 'signature'> {
  const { workspaceId, run, policies, overrides, audit, finishedAt } = ended;
  const { id: runId, requestedBy, requestedAt, counts, tallies } = run;
  const begun = run.startedAt ?? finishedAt;
  return {
    version: 1,
    ...{ workspaceId, runId },
    requestedBy: requestedBy === null ? 'schedule' : 'administrator',
    requestedAt: requestedAt.getTime(),
    asOf: (run.asOf ?? begun).getTime(),
    startedAt: begun.getTime(),
    finishedAt: finishedAt.getTime(),
    kinds: policies.map(({ kind, days }) => ({ kind, days, ...(tallies[kind] ?? NONE) })),
    overrides,
    rows: Object.keys(counts)
      .sort()
      .map((table) => ({ table, rows: counts[table] ?? 0 })),
    audit,
  };
}

export function totalOf(tallies: RunRow['tallies'], what: 'due' | 'removed' | 'held'): number {
  return Object.values(tallies).reduce((sum, tally) => sum + tally[what], 0);
}

/** By how much the oldest of what is due has outstayed its time, in milliseconds; 0 where nothing is due. */
export function lagOf(portions: readonly RetentionPortion[], scope: RetentionScope): number {
  const lags = portions.map(({ channelId, oldest }) => {
    const before = channelId === null ? scope.before : goesBefore(scope, channelId);
    return oldest === null || before === null ? 0 : before.getTime() - oldest;
  });
  return Math.max(0, ...lags);
}
