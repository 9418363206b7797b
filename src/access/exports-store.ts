/** The grants of roles that somebody holds or gave, as rows, page by page. */
import type { RoleId, RoleName, UserId } from '../contract/index.ts';
import type { DataSubject, ExportCursor } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

const PAGE = 200;

export interface ExportedGrant {
  readonly roleId: RoleId;
  readonly name: RoleName;
  readonly userId: UserId;
  readonly grantedBy: UserId;
  readonly grantedAt: Date;
}

/** In the order of role and holder. */
export async function grantsPage(
  tx: Tx,
  { workspaceId, userId }: DataSubject,
  cursor: ExportCursor | null,
): Promise<{ readonly rows: readonly ExportedGrant[]; readonly next: ExportCursor | null }> {
  const [role, holder] = cursor ? [String(cursor[0]), String(cursor[1])] : [null, null];
  const rows = await tx.$queryRaw<ExportedGrant[]>`
    SELECT g.role_id AS "roleId", q.name, g.user_id AS "userId", g.granted_by AS "grantedBy",
      g.granted_at AS "grantedAt"
    FROM role_grant g JOIN custom_role q ON q.workspace_id = g.workspace_id AND q.id = g.role_id
    WHERE g.workspace_id = ${workspaceId}::uuid
      AND (g.user_id = ${userId}::uuid OR g.granted_by = ${userId}::uuid)
      AND (${role}::uuid IS NULL OR (g.role_id, g.user_id) > (${role}::uuid, ${holder}::uuid))
    ORDER BY g.role_id, g.user_id LIMIT ${PAGE}`;
  const last = rows.at(-1);
  return { rows, next: last && rows.length === PAGE ? [last.roleId, last.userId] : null };
}
