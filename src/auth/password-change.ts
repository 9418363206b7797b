/** Changing a password takes the present one, and ends every session that could have been opened with it. */
import type { SessionId, UserId, WorkspaceId } from '../contract/index.ts';
import type { PasswordColumns } from './account-store.ts';
import type { OwnSessions } from './own-sessions.ts';
import { brokenRules, type PasswordRule } from './password-policy.ts';
import { passwordOf, type Passwords } from './passwords.ts';
import type { Profiles } from './profiles.ts';
import type { AuthRows, Within } from './store.ts';

export interface PasswordWish {
  readonly present: string;
  readonly password: string;
}

/** The present password was right for this hash; whether it still is the account's is decided in the transaction. */
export interface PasswordProof {
  readonly hash: string;
  readonly chosen: PasswordColumns;
}

export type PasswordVerdict =
  | { readonly kind: 'proved'; readonly proof: PasswordProof }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'weak'; readonly rules: readonly PasswordRule[] };

export interface PasswordChange {
  /** Compares and hashes outside of any transaction. Nothing is said of the new one before the present one is right. */
  readonly prove: (
    workspaceId: WorkspaceId,
    userId: UserId,
    wish: PasswordWish,
  ) => Promise<PasswordVerdict>;
  /** Stores it and ends all sessions but one, if one is named; null when the account changed since `prove`. */
  readonly apply: (
    rows: AuthRows,
    userId: UserId,
    proof: PasswordProof,
    at: Date,
    but: SessionId | null,
  ) => Promise<readonly SessionId[] | null>;
}

interface Parts {
  readonly within: Within;
  readonly hashes: Passwords;
  readonly people: Profiles;
  readonly own: OwnSessions;
}

export function passwordChange({ within, hashes, people, own }: Parts): PasswordChange {
  return {
    async prove(workspaceId, userId, { present, password }) {
      const { account, profile, workspace } = await within(workspaceId, 'read', async (rows) => ({
        account: await rows.accounts.find(userId),
        profile: await people.own(rows, userId),
        workspace: await rows.workspace(),
      }));
      const stored = account && passwordOf(account);
      const right = await hashes.check(present, stored);
      if (!right || !stored || !workspace) return { kind: 'wrong' };
      const { displayName, email } = profile;
      const context = { workspace, displayName: displayName ?? '', email: email ?? '' };
      const rules = await brokenRules(password, workspace.passwordPolicy, context);
      if (password.normalize('NFC') === present.normalize('NFC')) rules.push('unchanged');
      if (rules.length > 0) return { kind: 'weak', rules };
      return {
        kind: 'proved',
        proof: { hash: stored.passwordHash, chosen: await hashes.make(password) },
      };
    },
    async apply(rows, userId, { hash, chosen }, at, but) {
      const account = await rows.accounts.lock(userId);
      if (account?.status !== 'active' || account.passwordHash !== hash) return null;
      await rows.accounts.setPassword(userId, chosen, at);
      await rows.tokens.remove(userId, 'password-reset'); // whoever asked for it may be why it was changed
      return own.end(rows, userId, 'password', at, but);
    },
  };
}
