/** What one person reported, decided and set up, as rows, page by page. */
import type { DataSubject, ExportCursor } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { ActRow } from './act-store.ts';
import type { ReportRow } from './report-store.ts';

export type { Tx } from '../platform/postgres/index.ts';

const PAGE = 200;

interface Found<Row> {
  readonly rows: readonly Row[];
  readonly next: ExportCursor | null;
}

const paged = <Row extends { readonly id: string }>(rows: readonly Row[]): Found<Row> => {
  const last = rows.at(-1);
  return { rows, next: last && rows.length === PAGE ? [last.id] : null };
};
const after = (cursor: ExportCursor | null) => cursor && { id: { gt: String(cursor[0]) } };
const inOrder = { orderBy: { id: 'asc' }, take: PAGE } as const;

/** Reports that somebody made. */
export async function reportsPage(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
) {
  const where = { workspaceId, reporterId: userId, ...after(cursor) };
  return paged((await tx.report.findMany({ where, ...inOrder })) as unknown as ReportRow[]);
}

/** Reports that somebody took up or decided. */
export async function handledPage(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
) {
  const where = {
    workspaceId,
    OR: [{ claimedBy: userId }, { decidedBy: userId }],
    ...after(cursor),
  };
  return paged((await tx.report.findMany({ where, ...inOrder })) as unknown as ReportRow[]);
}

/** Acts of moderators about somebody. */
export async function actsPage(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
) {
  const where = { workspaceId, subjectId: userId, ...after(cursor) };
  return paged((await tx.moderationAct.findMany({ where, ...inOrder })) as unknown as ActRow[]);
}

/** Filters that somebody set up; what they say is of the channel. */
export async function filtersPage(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
) {
  const where = { workspaceId, createdBy: userId, ...after(cursor) };
  const select = { id: true, kind: true, channelId: true, createdAt: true };
  return paged(await tx.contentFilter.findMany({ where, ...inOrder, select }));
}
