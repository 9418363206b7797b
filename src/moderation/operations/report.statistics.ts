/** Counts reports over a period, for who may look at them; who decided how many, for who may read the audit trail. */
import { z } from 'zod';
import { mayInWorkspace, signedIn } from '../../access/index.ts';
import { ChannelId, ReportStatistics, STATISTICS_DAYS, Timestamp } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { readableBy } from '../queue.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const USUAL_DAYS = 30;

export const reportStatistics = operation({
  name: 'report.statistics',
  summary:
    'Counts the reports of a period that one may look at: what of, what became of them, and how long it took.',
  on: { http: 'GET /v1/reports/statistics', socket: true },
  commit: 'read',
  input: z.strictObject({
    channelId: ChannelId.optional(),
    /** Reports made at that time or later; `days` before `to` when left out. */
    from: Timestamp.optional(),
    /** Reports made before that time; now when left out. */
    to: Timestamp.optional(),
    days: z.int().min(1).max(STATISTICS_DAYS).optional(),
  }),
  output: ReportStatistics,
  access: signedIn(),
  limit: 'statistics',
  audit: {
    // Who decided how much is about people: who looks at it leaves a trace.
    record: ({ input: { channelId = null }, reply: { from, to, total, moderators } }) => ({
      resource: { kind: 'channel', id: channelId },
      details: { from, to, total, moderators: moderators?.length ?? 0 },
    }),
  },
  refuses: [],
  async handle({ input, caller: { userId }, subject: standing, services, now, refuse }) {
    const { channelId = null, to = now.getTime(), days = USUAL_DAYS } = input;
    const from = input.from ?? Math.max(0, to - days * DAY_MS);
    const isSaidTwice = input.from !== undefined && input.days !== undefined;
    if (isSaidTwice || from >= to || to - from > STATISTICS_DAYS * DAY_MS)
      refuse('invalid_input', [
        { path: 'from', problem: isSaidTwice ? 'said_twice' : 'out_of_range' },
      ]);
    const among = await readableBy(services, { userId, standing }, channelId);
    const period = { from: new Date(from), to: new Date(to) };
    const counted = await services.reportStatistics.count({ among, channelId, period });
    const moderators = mayInWorkspace(standing, 'audit.read') ? counted.moderators : null;
    return reply({ ...counted, from, to, moderators });
  },
});
