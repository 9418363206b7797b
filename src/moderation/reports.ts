/** Reports as the wire shows them: to who handles them whole, to who made them what became of them. */
import { mayInChannel } from '../access/index.ts';
import { shown } from '../chat/index.ts';
import type { Message, Report, ReportId, UserId } from '../contract/index.ts';
import { Refusal, tell, type Effect } from '../kernel/index.ts';
import type { ReportRow } from './report-store.ts';
import type { ModerationServices } from './services.ts';

/** A claim that nothing came of for so long is anybody's again. */
export const CLAIM_MS = 24 * 60 * 60 * 1_000;

/** As who made it sees it: not who handles it, nor what they noted. */
export async function ownReport({ texts }: ModerationServices, row: ReportRow): Promise<Report> {
  const place = { kind: 'report-text', id: row.id } as const;
  const text = await texts.open(row.reporterId, place, row.textSealed);
  return { ...plain(row), text, claimedBy: null, decidedBy: null, note: null, message: null };
}

/** As the reader sees each, with its message as it is now: whole where they handle reports, without its text elsewhere. */
export async function readReports(
  services: ModerationServices,
  reader: UserId,
  rows: readonly ReportRow[],
): Promise<readonly Report[]> {
  const { texts, messages, standings, content, keys } = services;
  const found = await messages.findEach(rows);
  await content.fetchKeys(keys, found);
  const named = new Map(found.map((message) => [message.id, message]));
  const channelIds = [...new Set(rows.map(({ channelId }) => channelId))];
  const standing = await standings.inChannels(reader, channelIds);
  const reports: Report[] = [];
  for (const row of rows) {
    const where = standing.get(row.channelId);
    const handles = where !== undefined && mayInChannel(where, 'report.handle');
    const reported = named.get(row.messageId);
    let message: Message | null = null;
    if (reported)
      message = handles
        ? await content.message(keys, reported)
        : shown(reported, reported.deletedAt === null ? 'withheld' : 'deleted', null);
    const { id, reporterId, decidedBy } = row;
    const text = await texts.open(reporterId, { kind: 'report-text', id }, row.textSealed);
    const note = await texts.open(decidedBy, { kind: 'report-note', id }, row.noteSealed);
    reports.push({ ...plain(row), text, note, message });
  }
  return reports;
}

export async function readReport(
  services: ModerationServices,
  reader: UserId,
  row: ReportRow,
): Promise<Report> {
  const [report] = await readReports(services, reader, [row]);
  if (!report) throw new Error('a report was not shown');
  return report;
}

/** Refuses `report_closed` for a decided one, `report_claimed` where somebody else holds a claim. */
export function free({ state, claimedBy, claimedAt }: ReportRow, by: UserId, now: Date): void {
  if (state === 'resolved' || state === 'dismissed') throw new Refusal('report_closed');
  const lapsed = claimedAt !== null && now.getTime() - claimedAt.getTime() >= CLAIM_MS;
  if (claimedBy !== null && claimedBy !== by && !lapsed) throw new Refusal('report_claimed');
}

/** Whoever made it hears of its new state. */
export function reporterTold(row: ReportRow): readonly Effect[] {
  const { id: reportId, reporterId, state } = row;
  return reporterId === null ? [] : [tell(reporterId, 'report.updated', { reportId, state })];
}

/** What the trail says of every act on a report. */
export function factsOf(id: ReportId, { channelId, messageId }: Report) {
  return { resource: { kind: 'report', id }, details: { channelId, messageId } };
}

function plain(row: ReportRow): Omit<Report, 'text' | 'note' | 'message'> {
  const { id, channelId, messageId, category, state, reporterId } = row;
  const { createdAt, claimedBy, decidedBy, decidedAt, action } = row;
  const what = { id, channelId, messageId, category, state, reporterId };
  const became = { claimedBy, decidedBy, decidedAt: decidedAt?.getTime() ?? null, action };
  return { ...what, createdAt: createdAt.getTime(), ...became };
}
