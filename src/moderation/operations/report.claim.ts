/** Takes a report up, so that no two moderators work on the same one. */
import { z } from 'zod';
import { Report, ReportId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onReport } from '../access.ts';
import { operation } from '../declare.ts';
import { queueTold } from '../queue.ts';
import { factsOf, free, readReport, reporterTold } from '../reports.ts';

export const reportClaim = operation({
  name: 'report.claim',
  summary: 'Takes a report up. A claim lapses after a day; until then nobody else can decide.',
  on: { http: 'POST /v1/reports/:reportId/claim', socket: true },
  commit: 'own',
  input: z.strictObject({ reportId: ReportId }),
  output: Report,
  access: onReport(),
  limit: 'state.write',
  audit: { record: ({ subject: { report }, reply: now }) => factsOf(report.id, now) },
  refuses: ['report_claimed', 'report_closed'],
  async handle({ caller: { userId }, subject: { report }, services, now }) {
    free(report, userId, now);
    if (report.claimedBy === userId) return reply(await readReport(services, userId, report));
    const claimed = await services.reports.claim(report, userId, now);
    const told = report.state === 'open' ? reporterTold(claimed) : [];
    const queue = await queueTold(services, claimed);
    return reply(await readReport(services, userId, claimed), ...told, ...queue);
  },
});
