/** What this domain's operations work with: before the transaction, and inside it. */
import type { Standings } from '../access/index.ts';
import type { SessionId, UserId } from '../contract/index.ts';
import type { Entropy } from '../kernel/index.ts';
import type { AccessTokens } from './access-token.ts';
import { shut } from './administration.ts';
import type { ByMail } from './by-mail.ts';
import type { Device } from './devices.ts';
import type { EmailVerification } from './email-verification.ts';
import type { founding, taken } from './founding.ts';
import type { InvitationRows } from './invitation-store.ts';
import type { Invitations } from './invitations.ts';
import type { KnownDevices } from './known-devices.ts';
import type { OwnSessions } from './own-sessions.ts';
import type { PasswordChange } from './password-change.ts';
import type { PasswordReset } from './password-reset.ts';
import type { PeopleRows } from './people-store.ts';
import type { FoundPerson, OwnProfile, Profiles } from './profiles.ts';
import type { Entry, Registration } from './registration.ts';
import type { RevokedTokenRows } from './revoked-token-store.ts';
import type { Rotation } from './rotation.ts';
import type { Grant } from './sessions.ts';
import type { Proof, SignIn } from './sign-in.ts';
import type { AuthRows, WorkspaceRow } from './store.ts';
import type { WorkspaceSettingRows } from './workspace-settings-store.ts';

/** Slow or separately committed work; holds no transaction. */
export interface AuthDomain {
  readonly admit: Registration['admit'];
  readonly prove: SignIn['prove'];
  readonly rotate: Rotation['rotate'];
  readonly provePassword: PasswordChange['prove'];
  readonly proveReset: PasswordReset['prove'];
  readonly recogniseDevice: KnownDevices['recognise'];
  readonly proveToken: AccessTokens['prove'];
  /** What of the names another workspace has already. */
  readonly takenName: (workspace: Parameters<typeof taken>[1]) => ReturnType<typeof taken>;
}

/** Bound to the transaction of one call. */
export interface AuthServices {
  readonly standings: Standings;
  readonly newUserId: () => UserId;
  readonly register: (entry: Entry) => Promise<boolean>;
  readonly beginSession: (proof: Proof, device: Device, at: Date) => Promise<Grant | null>;
  readonly closeSession: (sessionId: SessionId, at: Date) => Promise<void>;
  readonly revokeSession: (sessionId: SessionId, at: Date) => Promise<void>;
  readonly ownSessions: Bound<OwnSessions>;
  readonly revokedTokens: RevokedTokenRows;
  readonly passwords: Bound<Pick<PasswordChange, 'apply'>>;
  readonly passwordResets: Bound<Pick<PasswordReset, 'ask' | 'apply'>>;
  readonly emailVerification: Bound<EmailVerification>;
  readonly invitations: Pick<InvitationRows, 'open' | 'one' | 'revoke'> &
    Bound<Pick<Invitations, 'make'>>;
  readonly deviceToken: (email: string, shown: string | undefined, at: Date) => string;
  /** These and all admins. */
  readonly holdAccounts: PeopleRows['hold'];
  readonly administration: Omit<PeopleRows, 'hold'> & Bound<{ shut: typeof shut }>;
  /** What people of the workspace are called; null where a profile does not open. */
  readonly names: (ids: readonly UserId[]) => ReturnType<Profiles['names']>;
  readonly ownProfile: (userId: UserId) => Promise<OwnProfile>;
  readonly findPerson: (email: string) => Promise<FoundPerson | null>;
  /** The caller's own. */
  readonly workspace: () => Promise<WorkspaceRow>;
  readonly workspaceSettings: WorkspaceSettingRows;
  /** Makes the workspace that this transaction is of. */
  readonly found: Bound<{ found: ReturnType<typeof founding> }>['found'];
}

/** The same functions with the rows of this transaction already given. */
type Bound<T> = {
  readonly [K in keyof T]: T[K] extends (rows: AuthRows, ...rest: infer R) => infer O
    ? (...rest: R) => O
    : never;
};

interface Parts {
  readonly rows: AuthRows;
  readonly standings: Standings;
  readonly entropy: Entropy;
  readonly registrations: Registration;
  readonly signIns: SignIn;
  readonly people: Profiles;
  readonly own: OwnSessions;
  readonly passwordChanges: PasswordChange;
  readonly mailed: Pick<ByMail, 'passwordResets' | 'verification'>;
  readonly knownDevices: KnownDevices;
  readonly invited: Invitations;
  readonly found: ReturnType<typeof founding>;
}

export function authServices(parts: Parts): AuthServices {
  const { rows, standings, entropy, registrations, signIns, people, own, passwordChanges } = parts;
  const { mailed, knownDevices } = parts;
  const { passwordResets, verification } = mailed;
  return {
    standings,
    newUserId: () => entropy.id() as UserId,
    register: (entry) => registrations.register(rows, entry),
    beginSession: (proof, device, at) => signIns.begin(rows, proof, device, at),
    closeSession: (sessionId, at) => rows.sessions.end(sessionId, 'closed', at),
    revokeSession: (sessionId, at) => rows.sessions.end(sessionId, 'revoked', at),
    ownSessions: bound(rows, own),
    revokedTokens: rows.revokedTokens,
    passwords: bound(rows, { apply: passwordChanges.apply }),
    passwordResets: bound(rows, { ask: passwordResets.ask, apply: passwordResets.apply }),
    emailVerification: bound(rows, verification),
    invitations: { ...rows.invitations, ...bound(rows, { make: parts.invited.make }) },
    deviceToken: (email, shown, at) =>
      knownDevices.issue({ workspaceId: rows.workspaceId, email }, shown, at),
    holdAccounts: (ids) => rows.people.hold(ids),
    administration: { ...rows.people, ...bound(rows, { shut }) },
    names: (ids) => people.names(rows, ids),
    ownProfile: (userId) => people.own(rows, userId),
    findPerson: (email) => people.find(rows, email),
    workspaceSettings: rows.settings,
    ...bound(rows, { found: parts.found }),
    async workspace() {
      const found = await rows.workspace();
      if (!found) throw new Error('somebody who is signed in is in no workspace');
      return found;
    },
  };
}

function bound<T extends object>(rows: AuthRows, functions: T): Bound<T> {
  const given = Object.entries(functions as Record<string, (...all: unknown[]) => unknown>).map(
    ([name, work]) => [name, (...rest: unknown[]) => work(rows, ...rest)] as const,
  );
  return Object.fromEntries(given) as Bound<T>;
}
