/** Invitations: a code lets exactly one person register, with the role it was made for, before it expires. */
import type { UserId, WorkspaceRole } from '../contract/index.ts';
import type { Digests } from '../crypto/index.ts';
import type { Entropy } from '../kernel/index.ts';
import type { InvitationRow } from './invitation-store.ts';
import { newSecret, readToken, writeToken } from './opaque-token.ts';
import type { AuthRows } from './store.ts';

export interface Invitations {
  /** The code, which is shown once and stored only as a digest. */
  readonly issue: (rows: AuthRows, invitation: Issue) => Promise<string>;
  /** Null for a code that is malformed, of another workspace, used or expired: one answer for all. */
  readonly find: (rows: AuthRows, code: string, at: Date) => Promise<InvitationRow | null>;
  /** The same, held until the transaction ends. Of those who come with set-up codes, one at a time is let on. */
  readonly lock: (rows: AuthRows, code: string, at: Date) => Promise<InvitationRow | null>;
}

interface Issue {
  readonly role: WorkspaceRole;
  /** Null: the operator of the server. */
  readonly invitedBy: UserId | null;
  readonly at: Date;
}

/** Milliseconds that an invitation is valid: a day, as a set-up code may lie in a terminal's history. */
const VALID_MS = 24 * 60 * 60 * 1000;

export function invitations({
  digests,
  entropy,
}: {
  digests: Digests;
  entropy: Entropy;
}): Invitations {
  const digestsOf = ({ workspaceId }: AuthRows, code: string): Buffer[] => {
    const secret = readToken('ci1', code)?.secret;
    if (secret === undefined) return [];
    return digests.names.map((name) => digests.of('invitation', workspaceId, secret, name));
  };
  return {
    async issue(rows, { role, invitedBy, at }) {
      const { workspaceId } = rows;
      const secret = newSecret(entropy);
      await rows.invitations.add({
        id: entropy.id(),
        codeDigest: digests.of('invitation', workspaceId, secret),
        role,
        invitedBy,
        createdAt: at,
        expiresAt: new Date(at.getTime() + VALID_MS),
      });
      return writeToken('ci1', { workspaceId, secret });
    },
    find: (rows, code, at) => rows.invitations.find(digestsOf(rows, code), at),
    async lock(rows, code, at) {
      const candidates = digestsOf(rows, code);
      const found = await rows.invitations.find(candidates, at);
      if (found?.isSetupCode) await rows.lockFirstWorkspace(); // before the row: whoever is first removes the others
      return found && rows.invitations.lock(candidates, at);
    },
  };
}
