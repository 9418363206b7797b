/** Lists reports: one's own, or those that one may look at. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { ChannelId, PAGE_ENTRIES, Report, ReportId, ReportState } from '../../contract/index.ts';
import { reply, type AuditFacts } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { readableBy } from '../queue.ts';
import { ownReport, readReports } from '../reports.ts';

export const reportList = operation({
  name: 'report.list',
  summary:
    'Reports in the order in which they were made: one’s own, or of all channels whose reports one may read.',
  on: { http: 'GET /v1/reports', socket: true },
  commit: 'read',
  input: z.strictObject({
    of: z.enum(['mine', 'queue']).default('queue'),
    channelId: ChannelId.optional(),
    state: ReportState.optional(),
    /** The last id of the page before. */
    after: ReportId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({ reports: z.array(Report), more: z.boolean() }),
  access: signedIn(),
  limit: 'read',
  audit: {
    // What others said and reported, in direct channels too: who reads it leaves a trace.
    record: ({ input: { of, channelId = null }, reply: { reports } }) =>
      of === 'mine' || reports.length === 0 ? null : readBy(channelId, reports),
  },
  refuses: [],
  async handle({ input, caller: { userId }, subject: standing, services }) {
    const { of, channelId = null, state = null, after = null, limit } = input;
    const among =
      of === 'mine'
        ? { reporterId: userId }
        : await readableBy(services, { userId, standing }, channelId);
    const wanted = { among, channelId, state, after, limit: limit + 1 };
    const rows = await services.reports.list(wanted);
    const page = rows.slice(0, limit);
    const reports =
      of === 'mine'
        ? await Promise.all(page.map((row) => ownReport(services, row)))
        : await readReports(services, userId, page);
    return reply({ reports: [...reports], more: rows.length > limit });
  },
});

/** Whose messages were shown, and how much of what; of one author alone, they are the subject. */
function readBy(channelId: ChannelId | null, reports: readonly Report[]): AuditFacts {
  const shown = reports.flatMap(({ message }) => (message?.body == null ? [] : [message]));
  const authors = [...new Set(shown.map(({ authorId }) => authorId))];
  const [only, ...others] = authors;
  return {
    resource: { kind: 'channel', id: channelId },
    ...(only !== undefined && others.length === 0 && { subjectId: only }),
    details: { reports: reports.length, messages: shown.length, authors: authors.join(' ') },
  };
}
