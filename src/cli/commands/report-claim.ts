/** Takes a report up, so that nobody else decides it meanwhile. */
import { command, word } from '../command.ts';
import { findReport, reportCalled } from '../find-report.ts';

export const reportClaim = command({
  name: 'report claim',
  summary: 'Take a report up; for a day nobody else decides it.',
  arguments: { report: word('REPORT', 'Its id, or the end of it, as reports prints it.') },
  calls: ['report.list', 'report.claim'],
  async *run({ report: named }, desk) {
    const { id: reportId } = await findReport(named, desk);
    yield await desk.call('report.claim', { reportId });
  },
  words: (report) => `${reportCalled(report)} is yours.`,
});
