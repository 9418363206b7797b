/** The accounts of a workspace as its people see them, and as its admins change them: one change at a time. */
import { recordControl, type HeldAccount, type HeldAccounts } from '../access/index.ts';
import type { UserId, WorkspaceId, WorkspaceRole } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { AccountRow } from './account-store.ts';

export interface ListedAccount extends Pick<AccountRow, 'id' | 'role' | 'status'> {
  readonly createdAt: Date;
}

export interface PeopleRows {
  /** In order of id, from the one after `after`. */
  page(page: {
    readonly after: UserId | null;
    readonly limit: number;
    /** Leaves out who is locked or deactivated. Who is erased is never in it. */
    readonly activeOnly: boolean;
  }): Promise<readonly ListedAccount[]>;
  one(id: UserId): Promise<ListedAccount | null>;
  /**
   * These accounts and all admins, as they are now and unchanged until this transaction ends. Held in order of id, so
   * that two who act on each other do not wait for each other.
   */
  hold(ids: readonly UserId[]): Promise<HeldAccounts>;
  /** Every node hears of it. */
  setRole(id: UserId, role: WorkspaceRole): Promise<void>;
  setStatus(id: UserId, status: AccountRow['status']): Promise<void>;
}

/** As `hold`, for a domain that decides on accounts and does not know their rows. */
export const heldPeople = (tx: Tx, workspaceId: WorkspaceId, ids: readonly UserId[]) =>
  peopleRows(tx, workspaceId).hold(ids);

const COLUMNS = { id: true, role: true, status: true, createdAt: true } as const;

export function peopleRows(tx: Tx, workspaceId: WorkspaceId): PeopleRows {
  const one = (id: UserId) => ({ workspaceId_id: { workspaceId, id } });
  return {
    async page({ after, limit, activeOnly }) {
      const status = activeOnly ? 'active' : { not: 'erased' };
      const rows: unknown = await tx.account.findMany({
        where: { workspaceId, status, ...(after !== null && { id: { gt: after } }) },
        select: COLUMNS,
        orderBy: { id: 'asc' },
        take: limit,
      });
      return rows as readonly ListedAccount[];
    },
    async one(id) {
      const row: unknown = await tx.account.findUnique({ where: one(id), select: COLUMNS });
      return row as ListedAccount | null;
    },
    async hold(ids) {
      const rows = await tx.$queryRaw<HeldAccount[]>`
        SELECT a.id, a.role, a.status FROM account a
        WHERE a.workspace_id = ${workspaceId}::uuid AND a.id IN (
          SELECT unnest(${[...ids]}::uuid[])
          UNION SELECT id FROM account WHERE workspace_id = ${workspaceId}::uuid AND role = 'admin')
        ORDER BY a.id FOR NO KEY UPDATE OF a`;
      return new Map(rows.map((row) => [row.id, row]));
    },
    async setRole(id, role) {
      await tx.account.update({ where: one(id), data: { role } });
      await recordControl(tx, workspaceId, { kind: 'account-changed', userId: id });
    },
    async setStatus(id, status) {
      await tx.account.update({ where: one(id), data: { status } });
    },
  };
}
