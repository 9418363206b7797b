/** Signing in: an unknown e-mail, a wrong password and a locked account cost and answer the same. */
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { PasswordColumns } from './account-store.ts';
import type { Accounts } from './accounts.ts';
import type { Device } from './devices.ts';
import { passwordOf, type Passwords } from './passwords.ts';
import type { Grant, Sessions } from './sessions.ts';
import type { AuthRows, Within } from './store.ts';

/** A password was right for this hash; whether it still is the account's is decided in the transaction. */
export interface Proof {
  readonly userId: UserId;
  readonly email: string;
  readonly hash: string;
  /** The same password under the current pepper and cost, where the stored one is older. */
  readonly renewed: PasswordColumns | null;
}

export interface SignIn {
  /** One look-up and one comparison, outside of any transaction. Null when it was wrong. */
  readonly prove: (workspaceId: WorkspaceId, claim: Claim) => Promise<Proof | null>;
  /** Null when the account changed since: locked, deactivated, or with another password. */
  readonly begin: (rows: AuthRows, proof: Proof, device: Device, at: Date) => Promise<Grant | null>;
}

interface Claim {
  readonly email: string;
  readonly password: string;
}

interface Parts {
  readonly within: Within;
  readonly hashes: Passwords;
  readonly people: Accounts;
  readonly opened: Sessions;
}

export function signIn({ within, hashes, people, opened }: Parts): SignIn {
  return {
    prove: (workspaceId, { email, password }) =>
      hashes.admit(async () => {
        const account = await within(workspaceId, 'read', (rows) => people.find(rows, email));
        const stored = account && passwordOf(account);
        const right = await hashes.check(password, stored);
        if (!right || !stored || account.status !== 'active') return null;
        const renewed = (await hashes.isStale(stored)) ? await hashes.make(password) : null;
        return { userId: account.id, email, hash: stored.passwordHash, renewed };
      }),
    async begin(rows, { userId, email, hash, renewed }, device, at) {
      const account = await rows.accounts.lock(userId);
      if (account?.status !== 'active' || account.passwordHash !== hash) return null;
      const columns = { ...renewed, ...people.newerDigest(rows, account, email) };
      if (Object.keys(columns).length > 0) await rows.accounts.rekey(userId, columns);
      return opened.begin(rows, account, device, at);
    },
  };
}
