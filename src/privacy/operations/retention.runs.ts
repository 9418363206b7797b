/** Shows the runs of retention, the newest first, each with its signed report once it is over. */
import { z } from 'zod';
import { onServer } from '../../access/index.ts';
import { PAGE_ENTRIES, RetentionRun, RetentionRunId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { totalOf } from '../retention/report.ts';

export const retentionRuns = operation({
  name: 'retention.runs',
  summary: 'Runs of retention, the newest first, with what each removed, signed.',
  on: { http: 'GET /v1/retention/runs', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** The last id of the page before. */
    before: RetentionRunId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    runs: z.array(RetentionRun),
    /** Where the next page begins, as its `before`; null on the last. */
    next: RetentionRunId.nullable(),
  }),
  access: onServer('audit.read'),
  limit: 'read',
  audit: {
    record: ({ reply: { runs } }) => ({
      resource: { kind: 'retention-run', id: null },
      details: { runs: runs.length },
    }),
  },
  refuses: [],
  async handle({ input: { before, limit }, services }) {
    const found = await services.retention.runs.page(before ?? null, limit + 1);
    const runs = found.slice(0, limit).map(({ id: runId, tallies, ...row }) => ({
      ...{ runId, requestedBy: row.requestedBy, requestedAt: row.requestedAt.getTime() },
      ...{ state: row.state, endedAt: row.endedAt?.getTime() ?? null },
      ...{ removed: totalOf(tallies, 'removed'), held: totalOf(tallies, 'held') },
      report: row.report,
    }));
    const next = found.length > limit ? (runs.at(-1)?.runId ?? null) : null;
    return reply({ runs, next });
  },
});
