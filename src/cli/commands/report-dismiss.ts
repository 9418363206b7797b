/** Closes a report about which nothing is to be done. */
import { command, text, word } from '../command.ts';
import { misused } from '../failure.ts';
import { findReport, reportCalled } from '../find-report.ts';

export const reportDismiss = command({
  name: 'report dismiss',
  summary: 'Close a report about which nothing is to be done; who made it is told so.',
  arguments: { report: word('REPORT', 'Its id, or the end of it, as reports prints it.') },
  options: { reason: text('--reason <TEXT>', 'Why; needed, and for the moderators alone.') },
  calls: ['report.list', 'report.dismiss'],
  async *run({ report: named, reason }, desk) {
    if (!reason?.trim()) throw misused('Give a --reason.');
    const { id: reportId } = await findReport(named, desk);
    yield await desk.call('report.dismiss', { reportId, reason });
  },
  words: (report) => `${reportCalled(report)} is dismissed.`,
});
