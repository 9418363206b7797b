/** Before what cannot be undone, the password is proved again: a session that was left open or stolen is not enough. */
import type { UserId, WorkspaceId } from '../contract/index.ts';
import { passwordOf, type Passwords } from './passwords.ts';
import { authRows, type Tx, type Within } from './store.ts';

/** The password was right for this hash; whether it still is the account's is decided in the transaction. */
export interface ProvedAgain {
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
  readonly hash: string;
}

/**
 * An operation that asks for it takes `password: PasswordText` (of the contract), counts under the limit
 * `auth.password` as all guesses of a signed-in caller do, calls `prove` in its `prepare` and `stands` in its
 * `handle`, and refuses `invalid_credentials` where either says no.
 */
export interface StepUp {
  /**
   * One comparison, outside of any transaction. Null when it was wrong, and for an account that has no password:
   * who signs in in another way cannot prove this one. Throws Refusal `rate_limited` when too many hashes wait.
   */
  readonly prove: (
    caller: { readonly workspaceId: WorkspaceId; readonly userId: UserId },
    password: string,
  ) => Promise<ProvedAgain | null>;
  /** Whether it is still the account's password, and the account in use; held so until this transaction ends. */
  readonly stands: (tx: Tx, proved: ProvedAgain) => Promise<boolean>;
}

interface Parts {
  readonly within: Within;
  readonly hashes: Passwords;
}

export function stepUp({ within, hashes }: Parts): StepUp {
  return {
    prove: ({ workspaceId, userId }, password) =>
      hashes.admit(async () => {
        const account = await within(workspaceId, 'read', (rows) => rows.accounts.find(userId));
        const stored = account && passwordOf(account);
        const right = await hashes.check(password, stored);
        return right && stored ? { workspaceId, userId, hash: stored.passwordHash } : null;
      }),
    async stands(tx, { workspaceId, userId, hash }) {
      const account = await authRows(tx, workspaceId).accounts.lock(userId);
      return account?.status === 'active' && account.passwordHash === hash;
    },
  };
}
