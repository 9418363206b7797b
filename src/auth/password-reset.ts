/** Setting a new password by a code out of a mail: nobody learns who has an account, and every session ends. */
import type { SessionId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Digests } from '../crypto/index.ts';
import type { PasswordColumns } from './account-store.ts';
import { emailDigests } from './email.ts';
import type { AskForMail } from './mail-asks.ts';
import type { OneTimeTokens } from './one-time-tokens.ts';
import type { OwnSessions } from './own-sessions.ts';
import { brokenRules, type PasswordRule } from './password-policy.ts';
import type { Passwords } from './passwords.ts';
import type { Profiles } from './profiles.ts';
import type { AuthRows, Within } from './store.ts';

export interface ResetWish {
  readonly token: string;
  readonly password: string;
}

export type ResetVerdict =
  | { readonly kind: 'good'; readonly chosen: PasswordColumns }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'weak'; readonly rules: readonly PasswordRule[] };

export interface PasswordReset {
  /** Looks nobody up: what is done is the same for every address. False when too many mails are waiting. */
  readonly ask: (rows: AuthRows, email: string) => Promise<boolean>;
  /** Judges and hashes outside of any transaction, and uses nothing up: a weak password costs no code. */
  readonly prove: (workspaceId: WorkspaceId, wish: ResetWish, at: Date) => Promise<ResetVerdict>;
  /** Uses the code up, stores the password and ends all sessions; null when the code is no longer good. */
  readonly apply: (
    rows: AuthRows,
    token: string,
    chosen: PasswordColumns,
    at: Date,
  ) => Promise<{ readonly userId: UserId; readonly ended: readonly SessionId[] } | null>;
}

interface Parts {
  readonly within: Within;
  readonly digests: Digests;
  readonly hashes: Passwords;
  readonly people: Profiles;
  readonly own: OwnSessions;
  readonly oneTime: OneTimeTokens;
  readonly askForMail: AskForMail;
}

const PURPOSE = 'password-reset';

export function passwordReset(parts: Parts): PasswordReset {
  const { within, digests, hashes, people, own, oneTime, askForMail } = parts;
  return {
    ask: (rows, email) =>
      askForMail(rows, {
        kind: PURPOSE,
        emailDigests: emailDigests(digests, rows.workspaceId, email),
      }),
    async prove(workspaceId, { token, password }, at) {
      const found = await within(workspaceId, 'read', async (rows) => {
        const userId = await oneTime.holder(rows, PURPOSE, token, at);
        const workspace = userId && (await rows.workspace());
        return workspace && { workspace, profile: await people.own(rows, userId) };
      });
      if (!found) return { kind: 'invalid' };
      const { displayName, email } = found.profile;
      const context = { ...found, displayName: displayName ?? '', email: email ?? '' };
      const rules = await brokenRules(password, found.workspace.passwordPolicy, context);
      if (rules.length > 0) return { kind: 'weak', rules };
      return { kind: 'good', chosen: await hashes.make(password) };
    },
    async apply(rows, token, chosen, at) {
      const userId = await oneTime.redeem(rows, PURPOSE, token, at);
      const account = userId && (await rows.accounts.lock(userId));
      if (account?.status !== 'active') return null;
      await rows.accounts.setPassword(account.id, chosen, at);
      return { userId: account.id, ended: await own.end(rows, account.id, 'password', at, null) };
    },
  };
}
