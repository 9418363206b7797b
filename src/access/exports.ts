/** What this domain gives to an export of somebody's data: the roles of the workspace's own making that they hold or gave. */
import { z } from 'zod';
import { RoleId, Timestamp, type WorkspaceId } from '../contract/index.ts';
import type { ExportContributor } from '../kernel/index.ts';
import { grantsPage } from './exports-store.ts';
import type { Tx } from './role-store.ts';

export interface AccessExports {
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
}

export function accessExports({ transaction }: AccessExports): readonly ExportContributor[] {
  const roles: ExportContributor = {
    name: 'roles',
    about: 'Roles that you hold besides that of your account, and those you gave; not to whom.',
    row: z.strictObject({
      id: RoleId,
      name: z.string(),
      heldByMe: z.boolean(),
      grantedByMe: z.boolean(),
      grantedAt: Timestamp,
    }),
    columns: {
      'role_grant.user_id': 'heldByMe',
      'role_grant.role_id': 'id',
      'role_grant.granted_by': 'grantedByMe',
      'role_grant.granted_at': 'grantedAt',
    },
    page: (subject, cursor) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const { rows, next } = await grantsPage(tx, subject, cursor);
        const is = (id: string) => id === subject.userId;
        const shown = rows.map(({ roleId: id, name, userId, grantedBy, grantedAt }) => ({
          ...{ id, name, heldByMe: is(userId), grantedByMe: is(grantedBy) },
          grantedAt: grantedAt.getTime(),
        }));
        return { rows: shown, next };
      }),
  };
  return [roles];
}
