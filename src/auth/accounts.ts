/** Accounts: everything personal is sealed under a key of its subject the moment it is stored. */
import type { UserId, WorkspaceRole } from '../contract/index.ts';
import type { Digests, Envelope, Vault } from '../crypto/index.ts';
import type { AccountRow, EmailDigest, PasswordColumns } from './account-store.ts';
import { emailDigest, emailDigests } from './email.ts';
import { emailPlace, profilePlace } from './profiles.ts';
import type { AuthRows } from './store.ts';

export interface Person {
  readonly id: UserId;
  readonly email: string;
  readonly displayName: string;
  readonly role: WorkspaceRole;
  /** Null: nobody can sign in with a password. */
  readonly password: PasswordColumns | null;
  readonly at: Date;
}

export interface Accounts {
  readonly find: (rows: AuthRows, email: string) => Promise<AccountRow | null>;
  /** False, and nothing stored, when the e-mail is taken. */
  readonly create: (rows: AuthRows, person: Person) => Promise<boolean>;
  /** The e-mail's digest under the current key, or null when it is stored so already. */
  readonly newerDigest: (rows: AuthRows, account: AccountRow, email: string) => EmailDigest | null;
}

interface Parts {
  readonly vault: Vault;
  readonly digests: Digests;
  readonly sealing: Envelope;
}

export function accounts({ vault, digests, sealing }: Parts): Accounts {
  const find = (rows: AuthRows, email: string) =>
    rows.accounts.byEmail(emailDigests(digests, rows.workspaceId, email));
  return {
    find,
    async create(rows, { id, email, displayName, role, password, at }) {
      const { workspaceId } = rows;
      if (await find(rows, email)) return false; // also under an older digest key, which no index compares
      const digest = emailDigest(digests, workspaceId, email);
      // The row first: of two who come at once one waits here, and leaves without a trace.
      const claimed = await rows.accounts.claim({ id, role, password, createdAt: at, ...digest });
      if (!claimed) return false;
      const key = await vault.createSubjectKey(rows.keys, id);
      const seal = (text: string, place: readonly (string | number)[]) =>
        sealing.seal(key, Buffer.from(text, 'utf8'), place);
      await rows.accounts.seal(id, {
        email: seal(email, emailPlace(workspaceId, id)),
        profile: seal(JSON.stringify({ displayName }), profilePlace(workspaceId, id, 1)),
      });
      return true;
    },
    newerDigest: ({ workspaceId }, { emailDigestKey }, email) =>
      emailDigestKey === digests.current ? null : emailDigest(digests, workspaceId, email),
  };
}
