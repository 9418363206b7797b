/** Accounts as rows: an e-mail is claimed once per workspace, whoever comes second changes nothing. */
import type { UserId, WorkspaceId, WorkspaceRole } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export interface AccountRow {
  readonly id: UserId;
  readonly role: WorkspaceRole;
  readonly status: 'active' | 'locked' | 'deactivated' | 'erased';
  readonly emailDigestKey: string;
  readonly passwordHash: string | null;
  readonly passwordPepper: string | null;
}

export interface EmailDigest {
  readonly emailDigest: Uint8Array;
  readonly emailDigestKey: string;
}

export interface PasswordColumns {
  readonly passwordHash: string;
  readonly passwordPepper: string;
}

export interface NewAccount extends EmailDigest {
  readonly id: UserId;
  readonly role: WorkspaceRole;
  readonly password: PasswordColumns | null;
  readonly createdAt: Date;
}

export interface AccountRows {
  /** The account whose e-mail has one of the digests: the same address under each key of the ring. */
  byEmail(digests: readonly Uint8Array[]): Promise<AccountRow | null>;
  find(id: UserId): Promise<AccountRow | null>;
  /** The account as it is now, unchanged until this transaction ends. */
  lock(id: UserId): Promise<AccountRow | null>;
  /** False, and nothing stored, when the e-mail is taken; waits for a transaction that is just taking it. */
  claim(account: NewAccount): Promise<boolean>;
  seal(id: UserId, sealed: { email: Uint8Array; profile: Uint8Array }): Promise<void>;
  /** Stores the same password, or the same e-mail, under newer keys. */
  rekey(id: UserId, columns: Partial<EmailDigest & PasswordColumns>): Promise<void>;
  /** Another password, chosen now. */
  setPassword(id: UserId, columns: PasswordColumns, at: Date): Promise<void>;
  emailVerifiedAt(id: UserId): Promise<Date | null>;
  setEmailVerified(id: UserId, at: Date): Promise<void>;
  hasActiveAdmin(): Promise<boolean>;
}

const COLUMNS = {
  id: true,
  role: true,
  status: true,
  emailDigestKey: true,
  passwordHash: true,
  passwordPepper: true,
} as const;

export function accountRows(tx: Tx, workspaceId: WorkspaceId): AccountRows {
  const bytes = (value: Uint8Array) => new Uint8Array(value);
  const one = (id: UserId) => ({ workspaceId_id: { workspaceId, id } });
  return {
    async byEmail(digests) {
      const row = await tx.account.findFirst({
        where: { workspaceId, emailDigest: { in: digests.map(bytes) } },
        select: COLUMNS,
      });
      return row as AccountRow | null;
    },
    async find(id) {
      const row = await tx.account.findUnique({ where: one(id), select: COLUMNS });
      return row as AccountRow | null;
    },
    async lock(id) {
      // NO KEY: messages that refer to the account need not wait.
      const [row] = await tx.$queryRaw<AccountRow[]>`
        SELECT id, role, status, email_digest_key AS "emailDigestKey",
               password_hash AS "passwordHash", password_pepper AS "passwordPepper"
        FROM account WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid
        FOR NO KEY UPDATE`;
      return row ?? null;
    },
    async claim({ id, role, emailDigest, emailDigestKey, password, createdAt }) {
      const { count } = await tx.account.createMany({
        data: {
          workspaceId,
          id,
          role,
          emailDigest: bytes(emailDigest),
          emailDigestKey,
          createdAt,
          ...(password && { ...password, passwordChangedAt: createdAt }),
        },
        skipDuplicates: true,
      });
      return count === 1;
    },
    async seal(id, { email, profile }) {
      const data = { emailSealed: bytes(email), profileSealed: bytes(profile) };
      await tx.account.update({ where: one(id), data });
    },
    async rekey(id, { emailDigest, ...columns }) {
      const data = { ...columns, ...(emailDigest && { emailDigest: bytes(emailDigest) }) };
      await tx.account.update({ where: one(id), data });
    },
    async setPassword(id, columns, passwordChangedAt) {
      await tx.account.update({ where: one(id), data: { ...columns, passwordChangedAt } });
    },
    async emailVerifiedAt(id) {
      const select = { emailVerifiedAt: true };
      return (await tx.account.findUnique({ where: one(id), select }))?.emailVerifiedAt ?? null;
    },
    async setEmailVerified(id, emailVerifiedAt) {
      await tx.account.update({ where: one(id), data: { emailVerifiedAt } });
    },
    async hasActiveAdmin() {
      const where = { workspaceId, role: 'admin', status: 'active' };
      return (await tx.account.findFirst({ where, select: { id: true } })) !== null;
    },
  };
}
