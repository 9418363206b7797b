/** One-time tokens as rows: an account has one for each purpose, and it is gone with its first use. */
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export type TokenPurpose = 'password-reset' | 'email-verification';

export interface OneTimeTokenRow {
  readonly userId: UserId;
  readonly purpose: TokenPurpose;
  readonly digest: Uint8Array;
  readonly digestKey: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface OneTimeTokenRows {
  /** In place of the account's earlier one for the same purpose. */
  put(token: OneTimeTokenRow): Promise<void>;
  /** Whose it is, of one of the digests (one token under each key of the ring); null once it has expired. */
  find(purpose: TokenPurpose, digests: readonly Uint8Array[], at: Date): Promise<UserId | null>;
  /** The same, and uses it up: of two at once one gets null. */
  use(purpose: TokenPurpose, digests: readonly Uint8Array[], at: Date): Promise<UserId | null>;
  remove(userId: UserId, purpose: TokenPurpose): Promise<void>;
}

export function oneTimeTokenRows(tx: Tx, workspaceId: WorkspaceId): OneTimeTokenRows {
  const bytes = (value: Uint8Array) => new Uint8Array(value);
  return {
    async put({ userId, purpose, digest, ...row }) {
      const columns = { ...row, digest: bytes(digest) };
      await tx.oneTimeToken.upsert({
        where: { workspaceId_userId_purpose: { workspaceId, userId, purpose } },
        create: { workspaceId, userId, purpose, ...columns },
        update: columns,
      });
    },
    async find(purpose, digests, at) {
      const digest = { in: digests.map(bytes) };
      const row = await tx.oneTimeToken.findFirst({
        where: { workspaceId, purpose, digest, expiresAt: { gt: at } },
        select: { userId: true },
      });
      return (row?.userId ?? null) as UserId | null;
    },
    async use(purpose, digests, at) {
      const hex = digests.map((digest) => Buffer.from(digest).toString('hex'));
      const [row] = await tx.$queryRaw<{ userId: UserId }[]>`
        DELETE FROM one_time_token
        WHERE workspace_id = ${workspaceId}::uuid AND purpose = ${purpose} AND expires_at > ${at}
          AND digest = ANY (SELECT decode(d, 'hex') FROM unnest(${hex}::text[]) d)
        RETURNING user_id AS "userId"`;
      return row?.userId ?? null;
    },
    async remove(userId, purpose) {
      await tx.oneTimeToken.deleteMany({ where: { workspaceId, userId, purpose } });
    },
  };
}
