/** What accounts hold sealed about their people, each with the wrapped key that opens it, in one query. */
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { WrappedKey } from '../crypto/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { AccountRow } from './account-store.ts';

export interface ProfileRow {
  readonly id: UserId;
  readonly status: AccountRow['status'];
  /** Null once erased, as is the key. */
  readonly profileSealed: Uint8Array | null;
  readonly profileVersion: number;
  readonly key: WrappedKey | null;
}

export interface ProfileRows {
  /** Of those of these people who have an account in the workspace, in no order. */
  of(ids: readonly UserId[]): Promise<readonly ProfileRow[]>;
  emailSealed(id: UserId): Promise<Uint8Array | null>;
}

interface RawProfile extends Omit<ProfileRow, 'key'> {
  readonly workspaceKey: number | null;
  readonly wrapped: Uint8Array | null;
}

function fromRaw({ workspaceKey, wrapped, ...row }: RawProfile): ProfileRow {
  const key = wrapped && { under: String(workspaceKey), version: 1, wrapped };
  return { ...row, key };
}

export function profileRows(tx: Tx, workspaceId: WorkspaceId): ProfileRows {
  return {
    async of(ids) {
      const rows = await tx.$queryRaw<RawProfile[]>`
        SELECT a.id, a.status, a.profile_sealed AS "profileSealed", a.profile_version AS "profileVersion",
          k.workspace_key AS "workspaceKey", k.wrapped
        FROM account a
        LEFT JOIN subject_key k ON k.workspace_id = a.workspace_id AND k.subject_id = a.id
        WHERE a.workspace_id = ${workspaceId}::uuid AND a.id = ANY (${[...ids]}::uuid[])`;
      return rows.map(fromRaw);
    },
    async emailSealed(id) {
      const row = await tx.account.findUnique({
        where: { workspaceId_id: { workspaceId, id } },
        select: { emailSealed: true },
      });
      return row?.emailSealed ?? null;
    },
  };
}
