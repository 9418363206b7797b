/** The roles of a workspace as its operator sees them, page by page, with the reading on record. */
import type { RoleId, WorkspaceId } from '../contract/index.ts';
import type { AuditFacts } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { roleStore, type ListedRole } from './role-store.ts';

export interface RolePage {
  /** The last id of the page before. */
  readonly after: RoleId | null;
  readonly limit: number;
}

/** In order of id. Runs in a transaction of the workspace; `onRecord` writes the row of the trail in it. */
export async function rolesByOperator(
  tx: Tx,
  workspaceId: WorkspaceId,
  { after, limit }: RolePage,
  onRecord: (tx: Tx, action: string, facts: AuditFacts) => Promise<void>,
): Promise<readonly ListedRole[]> {
  const roles = await roleStore(tx, workspaceId).list(after, limit);
  const resource = { kind: 'workspace', id: workspaceId };
  await onRecord(tx, 'role.list', { resource, details: { shown: roles.length } });
  return roles;
}
