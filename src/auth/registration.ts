/** Registering: whoever asks learns nothing about whether an e-mail has an account here. */
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { PasswordColumns } from './account-store.ts';
import type { Accounts } from './accounts.ts';
import type { Invitations } from './invitations.ts';
import type { AskForMail } from './mail-asks.ts';
import { brokenRules, type PasswordRule } from './password-policy.ts';
import type { Passwords } from './passwords.ts';
import type { AuthRows, Within } from './store.ts';

export interface Application {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly invitation?: string | undefined;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly password: PasswordColumns }
  | { readonly kind: 'closed' }
  | { readonly kind: 'weak'; readonly rules: readonly PasswordRule[] };

export interface Registration {
  /** Judges and hashes before the transaction: one hash, whether or not the e-mail is free. */
  readonly admit: (
    workspaceId: WorkspaceId,
    application: Application,
    at: Date,
  ) => Promise<Admission>;
  /**
   * Makes the account, and uses up the invitation, unless the e-mail is taken: then nothing changes. False when
   * the invitation is no longer good. Whoever becomes the first admin makes all other set-up codes void.
   */
  readonly register: (rows: AuthRows, entry: Entry) => Promise<boolean>;
}

export interface Entry {
  readonly id: UserId;
  readonly application: Application;
  readonly password: PasswordColumns;
  readonly at: Date;
}

interface Parts {
  readonly within: Within;
  readonly hashes: Passwords;
  readonly people: Accounts;
  readonly invited: Invitations;
  readonly askForMail: AskForMail;
}

export function registration(parts: Parts): Registration {
  const { within, hashes, people, invited, askForMail } = parts;
  return {
    async admit(workspaceId, { email, password, displayName, invitation }, at) {
      const { workspace, welcome } = await within(workspaceId, 'read', async (rows) => {
        const workspace = await rows.workspace();
        const welcome =
          invitation === undefined
            ? workspace?.registration === 'open'
            : (await invited.find(rows, { code: invitation, email }, at)) !== null;
        return { workspace, welcome };
      });
      if (!workspace || !welcome) return { kind: 'closed' };
      const context = { workspace, displayName, email };
      const rules = await brokenRules(password, workspace.passwordPolicy, context);
      if (rules.length > 0) return { kind: 'weak', rules };
      return { kind: 'admitted', password: await hashes.make(password) };
    },
    async register(rows, { id, application, password, at }) {
      const { email, displayName, invitation } = application;
      const shown = invitation === undefined ? null : { code: invitation, email };
      const held = shown && (await invited.lock(rows, shown, at));
      if (shown ? !held : (await rows.workspace())?.registration !== 'open') return false;
      const isFirstAdmin = held?.isSetupCode && !(await rows.accounts.hasActiveAdmin());
      const role = held?.role ?? 'user';
      const created = await people.create(rows, { id, email, displayName, role, password, at });
      // Without it, where too many are waiting: it can be asked for again.
      if (created) await askForMail(rows, { kind: 'email-verification', userId: id });
      if (!created || !held) return true;
      await rows.invitations.use(held.id, id, at);
      if (isFirstAdmin) await rows.invitations.removeSetupCodes();
      return true;
    },
  };
}
