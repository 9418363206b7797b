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
  /** The active account whose e-mail has one of the digests; any other is no more there than none at all. */
  activeByEmail(digests: readonly Uint8Array[]): Promise<ProfileRow | null>;
  email(
    id: UserId,
  ): Promise<{ readonly sealed: Uint8Array | null; readonly verifiedAt: Date | null }>;
}

interface RawProfile extends Omit<ProfileRow, 'key'> {
  readonly workspaceKey: number | null;
  readonly wrapped: Uint8Array | null;
}

function fromRaw({ workspaceKey, wrapped, ...row }: RawProfile): ProfileRow {
  const key = wrapped && { under: String(workspaceKey), version: 1, wrapped };
  return { ...row, key };
}

/**
 * LIMIT 1 keeps the planner to one probe of the key's index for each account. With statistics that take a workspace
 * for small, a plain join compares every key of the workspace with every account of the page.
 */
export function profileRows(tx: Tx, workspaceId: WorkspaceId): ProfileRows {
  return {
    async of(ids) {
      const rows = await tx.$queryRaw<RawProfile[]>`
        SELECT a.id, a.status, a.profile_sealed AS "profileSealed", a.profile_version AS "profileVersion",
          k.workspace_key AS "workspaceKey", k.wrapped
        FROM account a
        LEFT JOIN LATERAL (
          SELECT workspace_key, wrapped FROM subject_key
          WHERE workspace_id = a.workspace_id AND subject_id = a.id LIMIT 1) k ON true
        WHERE a.workspace_id = ${workspaceId}::uuid AND a.id = ANY (${[...ids]}::uuid[])`;
      return rows.map(fromRaw);
    },
    async activeByEmail(digests) {
      const hex = digests.map((digest) => Buffer.from(digest).toString('hex'));
      const [row] = await tx.$queryRaw<RawProfile[]>`
        SELECT a.id, a.status, a.profile_sealed AS "profileSealed", a.profile_version AS "profileVersion",
          k.workspace_key AS "workspaceKey", k.wrapped
        FROM account a
        LEFT JOIN LATERAL (
          SELECT workspace_key, wrapped FROM subject_key
          WHERE workspace_id = a.workspace_id AND subject_id = a.id LIMIT 1) k ON true
        WHERE a.workspace_id = ${workspaceId}::uuid AND a.status = 'active'
          AND a.email_digest = ANY (ARRAY(SELECT decode(d, 'hex') FROM unnest(${hex}::text[]) d))`;
      return row ? fromRaw(row) : null;
    },
    async email(id) {
      const row = await tx.account.findUnique({
        where: { workspaceId_id: { workspaceId, id } },
        select: { emailSealed: true, emailVerifiedAt: true },
      });
      return { sealed: row?.emailSealed ?? null, verifiedAt: row?.emailVerifiedAt ?? null };
    },
  };
}
