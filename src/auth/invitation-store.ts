/** Invitations as rows: each is redeemed by exactly one account, whoever else tries at the same moment waits. */
import type { InvitationId, UserId, WorkspaceId, WorkspaceRole } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export interface InvitationRow {
  readonly id: string;
  readonly role: WorkspaceRole;
  /** Null: the operator of the server. */
  readonly invitedBy: UserId | null;
  /** Of the only address it is good for; null: for anybody. */
  readonly emailDigest: Uint8Array | null;
  /** An admin's invitation by the operator: with one of those a server gets its first admin. */
  readonly isSetupCode: boolean;
}

export interface NewInvitation {
  readonly id: string;
  readonly codeDigest: Uint8Array;
  readonly role: WorkspaceRole;
  readonly invitedBy: UserId | null;
  readonly emailDigest: Uint8Array | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface OpenInvitation {
  readonly id: InvitationId;
  readonly role: WorkspaceRole;
  readonly invitedBy: UserId | null;
  readonly emailDigest: Uint8Array | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface InvitationRows {
  add(invitation: NewInvitation): Promise<void>;
  /** The unused, unexpired invitation of one of the digests (one code under each key of the ring). */
  find(digests: readonly Uint8Array[], at: Date): Promise<InvitationRow | null>;
  /** The same, after waiting for whoever is redeeming it, and held until this transaction ends. */
  lock(digests: readonly Uint8Array[], at: Date): Promise<InvitationRow | null>;
  use(id: string, usedBy: UserId, at: Date): Promise<void>;
  /** Those that can still be redeemed, newest first, of one person or of all. */
  open(page: {
    readonly at: Date;
    readonly invitedBy: UserId | null;
    readonly before: InvitationId | null;
    readonly limit: number;
  }): Promise<readonly OpenInvitation[]>;
  /** Whose it is, whatever became of it; null where there is none. */
  one(id: InvitationId): Promise<Pick<OpenInvitation, 'invitedBy'> | null>;
  /** False when it was redeemed or taken back, or has expired. */
  revoke(id: InvitationId, revokedBy: UserId, at: Date): Promise<boolean>;
  /** Removes the set-up codes that have not been used: all of them, or those that expired by then. */
  removeSetupCodes(expiredBy?: Date): Promise<void>;
}

const SHOWN = {
  ...{ id: true, role: true, invitedBy: true, emailDigest: true },
  ...{ createdAt: true, expiresAt: true },
} as const;

export function invitationRows(tx: Tx, workspaceId: WorkspaceId): InvitationRows {
  const unused = { workspaceId, usedAt: null, revokedAt: null };
  return {
    async add({ codeDigest, emailDigest, ...row }) {
      const digests = {
        codeDigest: new Uint8Array(codeDigest),
        emailDigest: emailDigest && new Uint8Array(emailDigest),
      };
      await tx.invitation.createMany({ data: { ...row, ...digests, workspaceId } });
    },
    async find(digests, at) {
      const codeDigest = { in: digests.map((digest) => new Uint8Array(digest)) };
      const row = await tx.invitation.findFirst({
        where: { ...unused, codeDigest, expiresAt: { gt: at } },
        select: { id: true, role: true, invitedBy: true, emailDigest: true },
      });
      if (!row) return null;
      const role = row.role as WorkspaceRole; // the table's CHECK allows nothing else
      const invitedBy = row.invitedBy as UserId | null;
      return { ...row, role, invitedBy, isSetupCode: role === 'admin' && invitedBy === null };
    },
    async lock(digests, at) {
      const hex = digests.map((digest) => Buffer.from(digest).toString('hex'));
      const [row] = await tx.$queryRaw<InvitationRow[]>`
        SELECT id, role, invited_by AS "invitedBy", email_digest AS "emailDigest",
          role = 'admin' AND invited_by IS NULL AS "isSetupCode" FROM invitation
        WHERE workspace_id = ${workspaceId}::uuid
          AND code_digest = ANY (SELECT decode(d, 'hex') FROM unnest(${hex}::text[]) d)
          AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ${at}
        FOR UPDATE`;
      return row ?? null;
    },
    async use(id, usedBy, usedAt) {
      const where = { workspaceId_id: { workspaceId, id } };
      await tx.invitation.update({ where, data: { usedAt, usedBy } });
    },
    async open({ at, invitedBy, before, limit }) {
      const rows: unknown = await tx.invitation.findMany({
        where: {
          ...{ ...unused, expiresAt: { gt: at } },
          ...(invitedBy !== null && { invitedBy }),
          ...(before !== null && { id: { lt: before } }),
        },
        select: SHOWN,
        orderBy: { id: 'desc' }, // ids are made in the order of time
        take: limit,
      });
      return rows as readonly OpenInvitation[];
    },
    async one(id) {
      const where = { workspaceId_id: { workspaceId, id } };
      const row: unknown = await tx.invitation.findUnique({ where, select: { invitedBy: true } });
      return row as Pick<OpenInvitation, 'invitedBy'> | null;
    },
    async revoke(id, revokedBy, revokedAt) {
      const where = { ...unused, id, expiresAt: { gt: revokedAt } };
      const { count } = await tx.invitation.updateMany({ where, data: { revokedAt, revokedBy } });
      return count > 0;
    },
    async removeSetupCodes(expiredBy) {
      const where = { workspaceId, role: 'admin', invitedBy: null, usedAt: null };
      const expired = expiredBy && { expiresAt: { lte: expiredBy } };
      await tx.invitation.deleteMany({ where: { ...where, ...expired } });
    },
  };
}
