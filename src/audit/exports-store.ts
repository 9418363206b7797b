/** Audit entries of what somebody did, and of what others did about them, as rows in the order of their ids. */
import type { DataSubject, ExportCursor } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { TOLD_ACTIONS } from './told.ts';

const PAGE = 500;

export interface ExportedEntry {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly type: string;
  readonly outcome: string;
  readonly actorId: string | null;
  readonly subjectId: string | null;
  readonly resourceKind: string | null;
  readonly resourceId: string | null;
  readonly transport: string;
  readonly details: unknown;
  readonly sealedFor: string | null;
  readonly personalSealed: Uint8Array | null;
}

const SELECT = {
  ...{ id: true, at: true, action: true, type: true, outcome: true, transport: true },
  ...{ actorId: true, subjectId: true, resourceKind: true, resourceId: true, details: true },
  ...{ sealedFor: true, personalSealed: true },
} as const;

/** What somebody did: the index goes by time, and the id tells those of one moment apart. */
export async function entriesBy(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
) {
  const [time = 0, id = ''] = cursor ?? [];
  const at = new Date(Number(time));
  const later = { OR: [{ at: { gt: at } }, { at, id: { gt: String(id) } }] };
  const rows = await tx.auditEvent.findMany({
    where: { workspaceId, actorId: userId, ...(cursor && { at: { gte: at }, AND: [later] }) },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    take: PAGE,
    select: SELECT,
  });
  const last = rows.at(-1);
  const next: ExportCursor | null =
    last && rows.length === PAGE ? [last.at.getTime(), last.id] : null;
  return { rows: rows as readonly ExportedEntry[], next };
}

/** What others did about somebody, as far as they may know. */
export async function entriesAbout(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
) {
  const rows = await tx.auditEvent.findMany({
    where: {
      ...{ workspaceId, subjectId: userId, action: { in: [...TOLD_ACTIONS] } },
      AND: [
        { OR: [{ actorId: null }, { actorId: { not: userId } }] },
        ...(cursor ? [{ id: { gt: String(cursor[0]) } }] : []),
      ],
    },
    orderBy: { id: 'asc' },
    take: PAGE,
    select: SELECT,
  });
  const last = rows.at(-1);
  const next: ExportCursor | null = last && rows.length === PAGE ? [last.id] : null;
  return { rows: rows as readonly ExportedEntry[], next };
}
