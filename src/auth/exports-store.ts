/** Somebody's account, sessions and invitations as rows, page by page. */
import type { SessionId } from '../contract/index.ts';
import type { DataSubject, ExportCursor } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

const PAGE = 200;

export interface ExportedSession {
  readonly id: SessionId;
  readonly deviceSealed: Uint8Array | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
}

export function accountRow(tx: Tx, { workspaceId, userId: id }: DataSubject) {
  return tx.account.findUnique({
    where: { workspaceId_id: { workspaceId, id } },
    select: {
      ...{ role: true, status: true, createdAt: true },
      ...{ passwordChangedAt: true, emailVerifiedAt: true },
    },
  });
}

/** All of them, those that ended too. */
export async function sessionsPage(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
) {
  const rows: unknown = await tx.session.findMany({
    where: { workspaceId, userId, ...(cursor && { id: { gt: String(cursor[0]) } }) },
    orderBy: { id: 'asc' },
    take: PAGE,
  });
  const found = rows as readonly ExportedSession[];
  return { rows: found, next: nextOf(found) };
}

/** Those that somebody made, came by, or took back. */
export async function invitationsPage(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
) {
  const rows = await tx.invitation.findMany({
    where: {
      workspaceId,
      OR: [{ invitedBy: userId }, { usedBy: userId }, { revokedBy: userId }],
      ...(cursor && { id: { gt: String(cursor[0]) } }),
    },
    orderBy: { id: 'asc' },
    take: PAGE,
    omit: { codeDigest: true, emailDigest: true },
  });
  return { rows, next: nextOf(rows) };
}

function nextOf(rows: readonly { readonly id: string }[]): ExportCursor | null {
  const last = rows.at(-1);
  return last && rows.length === PAGE ? [last.id] : null;
}
