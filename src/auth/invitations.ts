/** Invitations: a code lets exactly one person register, with the role it was made for, while its maker still may. */
import { covers, leftTo, mayInWorkspace } from '../access/index.ts';
import type { InvitationId, UserId, WorkspaceRole } from '../contract/index.ts';
import type { Digests } from '../crypto/index.ts';
import { newSecret, type Entropy } from '../kernel/index.ts';
import { emailDigest, emailDigests } from './email.ts';
import type { InvitationRow } from './invitation-store.ts';
import { readToken, writeToken } from './opaque-token.ts';
import type { AuthRows } from './store.ts';

export interface Invitations {
  /** The code, which is shown once and stored only as a digest. */
  readonly issue: (rows: AuthRows, invitation: Issue) => Promise<string>;
  /** The same, with what it can be found by. */
  readonly make: (rows: AuthRows, invitation: Issue) => Promise<MadeInvitation>;
  /**
   * Null for a code that is malformed, of another workspace, used, taken back, expired, for another address, or of
   * somebody who may not invite to its role any more: one answer for all.
   */
  readonly find: (rows: AuthRows, code: ShownCode, at: Date) => Promise<InvitationRow | null>;
  /**
   * The same, held with the account of who invited until the transaction ends. Of those who come with set-up codes,
   * one at a time is let on.
   */
  readonly lock: (rows: AuthRows, code: ShownCode, at: Date) => Promise<InvitationRow | null>;
}

export interface ShownCode {
  readonly code: string;
  /** Of who registers with it. */
  readonly email: string;
}

export interface MadeInvitation {
  readonly id: InvitationId;
  readonly code: string;
  readonly expiresAt: Date;
}

export interface Issue {
  readonly role: WorkspaceRole;
  /** Null: the operator of the server. */
  readonly invitedBy: UserId | null;
  readonly at: Date;
  /** Milliseconds that it is valid; a day unless told, as a set-up code may lie in a terminal's history. */
  readonly validMs?: number;
  /** The only address it is good for. */
  readonly email?: string | undefined;
}

const VALID_MS = 24 * 60 * 60 * 1000;

export function invitations({
  digests,
  entropy,
}: {
  digests: Digests;
  entropy: Entropy;
}): Invitations {
  const digestsOf = ({ workspaceId }: AuthRows, { code }: ShownCode): Buffer[] => {
    const secret = readToken('ci1', code)?.secret;
    if (secret === undefined) return [];
    return digests.each('invitation', workspaceId, secret);
  };

  const isFor = ({ workspaceId }: AuthRows, { emailDigest: bound }: InvitationRow, email: string) =>
    bound === null ||
    emailDigests(digests, workspaceId, email).some((digest) => digest.equals(bound));

  async function make(rows: AuthRows, issue: Issue): Promise<MadeInvitation> {
    const { role, invitedBy, at, validMs = VALID_MS, email } = issue;
    const { workspaceId } = rows;
    const secret = newSecret(entropy);
    const id = entropy.id() as InvitationId;
    const expiresAt = new Date(at.getTime() + validMs);
    const bound = email === undefined ? null : emailDigest(digests, workspaceId, email).emailDigest;
    await rows.invitations.add({
      ...{ id, role, invitedBy, createdAt: at, expiresAt, emailDigest: bound },
      codeDigest: digests.of('invitation', workspaceId, secret),
    });
    return { id, expiresAt, code: writeToken('ci1', { workspaceId, secret }) };
  }

  return {
    make,
    issue: async (rows, issue) => (await make(rows, issue)).code,
    async find(rows, shown, at) {
      const found = await rows.invitations.find(digestsOf(rows, shown), at);
      if (!found || !isFor(rows, found, shown.email)) return null;
      const { invitedBy } = found;
      const inviter = invitedBy && (await rows.people.one(invitedBy));
      return (await stands(rows, found, inviter)) ? found : null;
    },
    async lock(rows, shown, at) {
      const candidates = digestsOf(rows, shown);
      const seen = await rows.invitations.find(candidates, at);
      if (seen?.isSetupCode) await rows.lockFirstWorkspace(); // before the row: whoever is first removes the others
      const held = seen && (await rows.invitations.lock(candidates, at));
      if (!held || !isFor(rows, held, shown.email)) return null;
      const { invitedBy } = held;
      const inviter = invitedBy && (await rows.accounts.lock(invitedBy)); // whoever changes it was first, or waits
      return (await stands(rows, held, inviter)) ? held : null;
    },
  };
}

/** Whether whoever invited still may invite to that role; the operator always may. */
async function stands(
  rows: AuthRows,
  { invitedBy, role }: InvitationRow,
  inviter: { readonly id: UserId; readonly status: string } | null,
): Promise<boolean> {
  if (invitedBy === null) return true;
  if (inviter?.status !== 'active') return false;
  const holds = (await rows.standings.ofAccounts([inviter.id])).get(inviter.id);
  if (!holds || !covers(holds, { workspaceRole: role })) return false;
  const workspace = await rows.workspace();
  if (!workspace || workspace.registration === 'closed') return false;
  if (!mayInWorkspace(holds, 'user.invite')) return false;
  return leftTo(workspace.whoInvites, holds.workspaceRole);
}
