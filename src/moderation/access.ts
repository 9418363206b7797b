/** Declares who may act on a report: keepers of its channel, and staff, to whom it was brought. */
import { mayInChannel, type Standing } from '../access/index.ts';
import type { ReportId } from '../contract/index.ts';
import { Refusal, type Access, type Actor } from '../kernel/index.ts';
import type { ReportRow } from './report-store.ts';
import type { ModerationServices } from './services.ts';

export interface OnReport {
  readonly report: ReportRow;
  readonly standing: Standing;
}

/** The report named by `reportId`, locked, for who handles reports in its channel; for others it does not exist. */
export function onReport(): Access<
  { readonly reportId: ReportId },
  Actor,
  OnReport,
  ModerationServices
> {
  return {
    describe: 'channel permission report.handle, in the channel of the report',
    asks: { of: 'channel', permissions: ['report.handle'] },
    audience: 'signed-in',
    workspace: null,
    about: ({ reportId: id }) => ({ kind: 'report', id }),
    async resolve({ input, caller, services: { reports, standings } }) {
      const report = await reports.lock(input.reportId);
      const standing = report && (await standings.heldInChannel(caller.userId, report.channelId));
      if (!standing || !mayInChannel(standing, 'report.read')) throw new Refusal('not_found');
      if (!mayInChannel(standing, 'report.handle')) throw new Refusal('forbidden');
      return { report, standing };
    },
  };
}
