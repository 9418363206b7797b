/** The accounts of a workspace with their sealed addresses, page by page, for who operates the server. */
import type { UserId, WorkspaceId, WorkspaceRole } from '../contract/index.ts';
import type { WrappedKey } from '../crypto/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { AccountRow } from './account-store.ts';

export interface RosterRow extends Pick<AccountRow, 'id' | 'role' | 'status'> {
  readonly createdAt: Date;
  readonly emailVerifiedAt: Date | null;
  readonly emailSealed: Uint8Array | null;
  /** What opens the address; null once it was destroyed. */
  readonly key: WrappedKey | null;
}

export interface RosterQuery {
  /** The last id of the page before. */
  readonly after: UserId | null;
  readonly limit: number;
  /** Null: whatever it is. */
  readonly role: WorkspaceRole | null;
  /** Null: whatever it is, but never who is erased. */
  readonly status: Exclude<AccountRow['status'], 'erased'> | null;
}

interface RawRow extends Omit<RosterRow, 'key'> {
  readonly workspaceKey: number | null;
  readonly wrapped: Uint8Array | null;
}

/** In order of id. LIMIT 1 as in the store of profiles: one probe of the key's index for each account. */
export async function rosterPage(
  tx: Tx,
  workspaceId: WorkspaceId,
  { after, limit, role, status }: RosterQuery,
): Promise<readonly RosterRow[]> {
  const rows = await tx.$queryRaw<RawRow[]>`
    SELECT a.id, a.role, a.status, a.created_at AS "createdAt", a.email_verified_at AS "emailVerifiedAt",
      a.email_sealed AS "emailSealed", k.workspace_key AS "workspaceKey", k.wrapped
    FROM account a
    LEFT JOIN LATERAL (
      SELECT workspace_key, wrapped FROM subject_key
      WHERE workspace_id = a.workspace_id AND subject_id = a.id LIMIT 1) k ON true
    WHERE a.workspace_id = ${workspaceId}::uuid AND a.status <> 'erased'
      AND (${after}::uuid IS NULL OR a.id > ${after}::uuid)
      AND (${role}::text IS NULL OR a.role = ${role}::text)
      AND (${status}::text IS NULL OR a.status = ${status}::text)
    ORDER BY a.id LIMIT ${limit}`;
  return rows.map(({ workspaceKey, wrapped, ...row }) => ({
    ...row,
    key: wrapped && { under: String(workspaceKey), version: 1, wrapped },
  }));
}
