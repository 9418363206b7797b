/** Proving that one reads the mail of one's address, by a code that was sent there. */
import type { UserId } from '../contract/index.ts';
import type { AskForMail } from './mail-asks.ts';
import type { OneTimeTokens } from './one-time-tokens.ts';
import type { AuthRows } from './store.ts';

export interface EmailVerification {
  /** Sends nothing to who is verified already. False when too many mails are waiting. */
  readonly ask: (rows: AuthRows, userId: UserId) => Promise<boolean>;
  /** Uses the code up; whose e-mail it was, null when the code is no longer good. */
  readonly verify: (rows: AuthRows, token: string, at: Date) => Promise<UserId | null>;
}

interface Parts {
  readonly oneTime: OneTimeTokens;
  readonly askForMail: AskForMail;
}

export function emailVerification({ oneTime, askForMail }: Parts): EmailVerification {
  return {
    async ask(rows, userId) {
      if ((await rows.accounts.emailVerifiedAt(userId)) !== null) return true;
      return askForMail(rows, { kind: 'email-verification', userId });
    },
    async verify(rows, token, at) {
      const userId = await oneTime.redeem(rows, 'email-verification', token, at);
      const account = userId && (await rows.accounts.lock(userId));
      if (account?.status !== 'active') return null;
      await rows.accounts.setEmailVerified(account.id, at);
      return account.id;
    },
  };
}
