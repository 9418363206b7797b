/** Decides that something was done about a report; whoever made it is told what. */
import { z } from 'zod';
import { plainText } from '../../chat/index.ts';
import { REASON_CHARACTERS, Report, ReportAction, ReportId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onReport } from '../access.ts';
import { operation } from '../declare.ts';
import { queueTold } from '../queue.ts';
import { factsOf, free, readReport, reporterTold } from '../reports.ts';

export const reportResolve = operation({
  name: 'report.resolve',
  summary: 'Closes a report with what was done about it.',
  on: { http: 'POST /v1/reports/:reportId/resolution', socket: true },
  commit: 'own',
  input: z.strictObject({
    reportId: ReportId,
    action: ReportAction,
    note: plainText(REASON_CHARACTERS).optional(),
  }),
  output: Report,
  access: onReport(),
  limit: 'state.write',
  audit: {
    record: ({ input, subject: { report }, reply: now }) => ({
      ...factsOf(report.id, now),
      ...(input.note !== undefined && { reason: input.note }),
    }),
  },
  refuses: ['report_claimed', 'report_closed'],
  async handle({ input, caller: { userId }, subject: { report }, services, now }) {
    free(report, userId, now);
    const place = { kind: 'report-note', id: report.id } as const;
    const noteSealed = await services.texts.seal(userId, place, input.note);
    const by = { decidedBy: userId, decidedAt: now, noteSealed };
    const decided = await services.reports.decide(report, {
      state: 'resolved',
      action: input.action,
      ...by,
    });
    const told = [...reporterTold(decided), ...(await queueTold(services, decided))];
    return reply(await readReport(services, userId, decided), ...told);
  },
});
