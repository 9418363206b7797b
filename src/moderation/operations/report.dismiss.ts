/** Decides that nothing is to be done about a report; whoever made it is told so. */
import { z } from 'zod';
import { plainText } from '../../chat/index.ts';
import { REASON_CHARACTERS, Report, ReportId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onReport } from '../access.ts';
import { operation } from '../declare.ts';
import { queueTold } from '../queue.ts';
import { factsOf, free, readReport, reporterTold } from '../reports.ts';

export const reportDismiss = operation({
  name: 'report.dismiss',
  summary: 'Closes a report about which nothing is to be done.',
  on: { http: 'POST /v1/reports/:reportId/dismissal', socket: true },
  commit: 'own',
  input: z.strictObject({
    reportId: ReportId,
    reason: plainText(REASON_CHARACTERS),
  }),
  output: Report,
  access: onReport(),
  limit: 'state.write',
  audit: {
    record: ({ input, subject: { report }, reply: now }) => ({
      ...factsOf(report.id, now),
      reason: input.reason,
    }),
  },
  refuses: ['report_claimed', 'report_closed'],
  async handle({ input, caller: { userId }, subject: { report }, services, now }) {
    free(report, userId, now);
    const place = { kind: 'report-note', id: report.id } as const;
    const noteSealed = await services.texts.seal(userId, place, input.reason);
    const by = { decidedBy: userId, decidedAt: now, noteSealed };
    const decided = await services.reports.decide(report, {
      state: 'dismissed',
      action: null,
      ...by,
    });
    const told = [...reporterTold(decided), ...(await queueTold(services, decided))];
    return reply(await readReport(services, userId, decided), ...told);
  },
});
