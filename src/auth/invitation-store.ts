/** Invitations as rows: each is redeemed by exactly one account, whoever else tries at the same moment waits. */
import type { UserId, WorkspaceId, WorkspaceRole } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export interface InvitationRow {
  readonly id: string;
  readonly role: WorkspaceRole;
  /** An admin's invitation by the operator: with one of those a server gets its first admin. */
  readonly isSetupCode: boolean;
}

export interface NewInvitation {
  readonly id: string;
  readonly codeDigest: Uint8Array;
  readonly role: WorkspaceRole;
  readonly invitedBy: UserId | null;
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
  /** Removes the set-up codes that have not been used: all of them, or those that expired by then. */
  removeSetupCodes(expiredBy?: Date): Promise<void>;
}

export function invitationRows(tx: Tx, workspaceId: WorkspaceId): InvitationRows {
  return {
    async add({ codeDigest, ...row }) {
      const data = { ...row, workspaceId, codeDigest: new Uint8Array(codeDigest) };
      await tx.invitation.createMany({ data });
    },
    async find(digests, at) {
      const codeDigest = { in: digests.map((digest) => new Uint8Array(digest)) };
      const row = await tx.invitation.findFirst({
        where: { workspaceId, codeDigest, usedAt: null, expiresAt: { gt: at } },
        select: { id: true, role: true, invitedBy: true },
      });
      if (!row) return null;
      const role = row.role as WorkspaceRole; // the table's CHECK allows nothing else
      return { id: row.id, role, isSetupCode: role === 'admin' && row.invitedBy === null };
    },
    async lock(digests, at) {
      const hex = digests.map((digest) => Buffer.from(digest).toString('hex'));
      const [row] = await tx.$queryRaw<InvitationRow[]>`
        SELECT id, role, role = 'admin' AND invited_by IS NULL AS "isSetupCode" FROM invitation
        WHERE workspace_id = ${workspaceId}::uuid
          AND code_digest = ANY (SELECT decode(d, 'hex') FROM unnest(${hex}::text[]) d)
          AND used_at IS NULL AND expires_at > ${at}
        FOR UPDATE`;
      return row ?? null;
    },
    async use(id, usedBy, usedAt) {
      const where = { workspaceId_id: { workspaceId, id } };
      await tx.invitation.update({ where, data: { usedAt, usedBy } });
    },
    async removeSetupCodes(expiredBy) {
      const where = { workspaceId, role: 'admin', invitedBy: null, usedAt: null };
      const expired = expiredBy && { expiresAt: { lte: expiredBy } };
      await tx.invitation.deleteMany({ where: { ...where, ...expired } });
    },
  };
}
