/** Closes a report with what was done about it. */
import { ReportAction } from '../../contract/index.ts';
import { command, oneOf, text, word } from '../command.ts';
import { misused } from '../failure.ts';
import { findReport, reportCalled } from '../find-report.ts';

export const reportResolve = command({
  name: 'report resolve',
  summary: 'Close a report with what was done about it; who made it is told that.',
  arguments: { report: word('REPORT', 'Its id, or the end of it, as reports prints it.') },
  options: {
    action: oneOf('--action <ACTION>', 'What was done; needed.', ReportAction.options),
    note: text('--note <TEXT>', 'For the moderators.'),
  },
  calls: ['report.list', 'report.resolve'],
  async *run({ report: named, action, note }, desk) {
    if (!action) throw misused(`Give an --action: ${ReportAction.options.join(', ')}.`);
    const { id: reportId } = await findReport(named, desk);
    const noted = note !== undefined && { note };
    yield await desk.call('report.resolve', { reportId, action, ...noted });
  },
  words: (report) => `${reportCalled(report)} is resolved: ${report.action}.`,
});
