/** Accounts with a session but without a password: for administration by the operator, and for tests. */
import type { SessionId, UserId, WorkspaceId, WorkspaceRole } from '../contract/index.ts';
import type { Clock, Entropy } from '../kernel/index.ts';
import type { Accounts } from './accounts.ts';
import type { Sessions } from './sessions.ts';
import type { Within } from './store.ts';

/** Left out: an address that no mail reaches (RFC 2606 `.invalid`), the name `Somebody`, the role `user`. */
export interface Minting {
  readonly email?: string;
  readonly displayName?: string;
  readonly role?: WorkspaceRole;
}

export interface MintedSession {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly accessToken: string;
  readonly refreshToken: string;
}

interface Parts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly within: Within;
  readonly people: Accounts;
  readonly opened: Sessions;
}

export function minting({ clock, entropy, within, people, opened }: Parts) {
  return (workspaceId: WorkspaceId, account: Minting = {}): Promise<MintedSession> =>
    within(workspaceId, 'own', async (rows) => {
      const at = clock.now();
      const id = entropy.id() as UserId;
      const { email = `${id}@conclave.invalid`, displayName = 'Somebody', role = 'user' } = account;
      const person = { id, email, displayName, role, password: null, at };
      if (!(await people.create(rows, person))) throw new Error('The e-mail is taken.');
      const grant = await opened.begin(rows, { id, role }, null, at);
      const { userId, sessionId, accessToken, refreshToken } = grant;
      return { userId, sessionId, accessToken, refreshToken };
    });
}
