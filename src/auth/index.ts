/** Who is asking: workspaces, accounts, sessions and tokens. The domain is entered only through this file. */
import { standings } from '../access/index.ts';
import type {
  ClosureCode,
  SessionId,
  UserId,
  WorkspaceId,
  WorkspaceRole,
} from '../contract/index.ts';
import { envelope, type Digests, type Keyring, type Vault } from '../crypto/index.ts';
import type {
  Caller,
  Clock,
  Entropy,
  Module,
  ProvedClaims,
  Secret,
  Stages,
} from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { accessTokens } from './access-token.ts';
import { accounts } from './accounts.ts';
import { authenticate } from './authenticate.ts';
import { byMail } from './by-mail.ts';
import { devices } from './devices.ts';
import { invitations } from './invitations.ts';
import { knownDevices } from './known-devices.ts';
import { liveness } from './liveness.ts';
import { minting, type MintedSession, type Minting } from './minting.ts';
import * as operations from './operations/index.ts';
import { ownSessions } from './own-sessions.ts';
import { passwordChange } from './password-change.ts';
import { passwords, type PasswordHasher } from './passwords.ts';
import type { MailDesk, Postman } from './postman.ts';
import { profiles, type ProfileAlert } from './profiles.ts';
import { registration } from './registration.ts';
import { rotation, type RecordReuse } from './rotation.ts';
import { authServices, type AuthDomain } from './services.ts';
import type { SessionLookup } from './session-lookup-store.ts';
import { sessions } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { publishedKeys, type KeyNotice } from './published-keys.ts';
import type { SigningKeySeals } from './sealed-signing-key.ts';
import type { SigningKeyRows } from './signing-key-store.ts';
import { signingKeys, type JwkSet, type SigningKeysText } from './signing-keys.ts';
import { authRows, type AuthRows, type WorkspaceLookups } from './store.ts';
import type { InvitedRole } from './tenancy.ts';
import { workspaces, type FirstWorkspace, type NewWorkspace } from './workspaces.ts';

export { rotateSigningKeys, type KeyRotation } from './key-rotation.ts';
export type { KeyNotice } from './published-keys.ts';
export { signingKeySeals } from './sealed-signing-key.ts';
export { signingKeyRows } from './signing-key-store.ts';
export type { JwkSet, SigningKeysText } from './signing-keys.ts';
export type { PasswordHasher } from './passwords.ts';
export { mailQueue } from './mail-store.ts';
export type { MailDesk } from './postman.ts';
export { RefreshTokenReused } from './rotation.ts';
export { sessionLookup, type SessionLookup } from './session-lookup-store.ts';
export { workspaceLookups, type WorkspaceLookups } from './store.ts';
export { isSlug, tenancy, type InvitedRole } from './tenancy.ts';
export type { FirstWorkspace, NewWorkspace } from './workspaces.ts';
export type { MintedSession, Minting } from './minting.ts';

export interface AuthOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** bcrypt off the main thread; refuses `rate_limited` when its queue is full. */
  readonly passwords: PasswordHasher;
  readonly vault: Vault;
  readonly digests: Digests;
  /** Keys of the HMAC that every password passes before bcrypt. */
  readonly peppers: Keyring;
  /** Sign until the first key is published, and then verify as long as that one says. */
  readonly signingKeys: Secret<SigningKeysText>;
  /** The keys that were published: `signingKeyRows(postgres.aside)`, and what opens them. */
  readonly signingKeyRows: SigningKeyRows;
  readonly signingKeySeals: SigningKeySeals;
  /** Hears of each key that is published, and of each that does not open. */
  readonly keyNotice: KeyNotice;
  /** `iss` and `aud` of the access tokens; one with another value is refused. */
  readonly issuer: string;
  readonly audience: string;
  /** Milliseconds that an access token is valid. Default of the product: 15 minutes. */
  readonly accessTokenMs: number;
  /** Milliseconds that an unused refresh token is valid; each use starts them anew. Default: 7 days. */
  readonly refreshMs: number;
  /** Milliseconds after which a session ends however often it is refreshed. Default: 90 days. */
  readonly sessionMs: number;
  /** Milliseconds within which a used refresh token is answered again, to the same nonce. Default: 60 s. */
  readonly retryMs: number;
  /** One transaction whose row level security shows only the workspace; resolves after COMMIT. */
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  /** Which workspace a slug means, before any is known: `workspaceLookups(postgres.statements)`. */
  readonly workspaces: WorkspaceLookups;
  /** How a session stands: `sessionLookup(postgres.statements)`. */
  readonly sessions: SessionLookup;
  /**
   * Writes the audit row of a reuse into the transaction that ends the session for it.
   */
  readonly recordReuse: RecordReuse;
  /** How mail leaves the server; null where none does. */
  readonly mail: MailDesk | null;
  /** Hears of profiles that do not open under the key of their subject. */
  readonly alert: ProfileAlert;
  /**
   * Told after COMMIT of the one end of a session that is no operation's effect: a refresh token was used twice
   * and the answer is a refusal. It closes the live sockets; what it throws is dropped.
   */
  readonly sessionEnded: (sessionId: SessionId, closure: ClosureCode) => void | Promise<void>;
}

export interface Auth {
  readonly module: Module<Tx>;
  /** What people of the workspace are called, for domains that show them: read in the transaction they are in. */
  readonly profileNames: (
    tx: Tx,
    workspaceId: WorkspaceId,
  ) => {
    readonly open: (ids: readonly UserId[]) => Promise<ReadonlyMap<UserId, string | null>>;
  };
  /**
   * The stage of the road. Refuses `unauthenticated` or `token_expired`, and `not_found` when an open operation
   * names a workspace that does not exist. Open operations ignore a token.
   */
  readonly authenticate: Stages['authenticate'];
  /** What an access token says. Throws Refusal `unauthenticated` or `token_expired`; asks no database. */
  readonly proveToken: (token: string) => ProvedClaims;
  /**
   * The account's role as of at most 5 seconds ago (requirement B3 with Redis down). Throws Refusal
   * `unauthenticated` when the session has ended or expired or its account is not active.
   */
  readonly sessionIsLive: (claims: ProvedClaims) => Promise<{ readonly role: WorkspaceRole }>;
  /** Sends what waits to be sent, from `start` until `stop`. */
  readonly postman: Postman;
  /** Drops what is remembered of a session: call it on every node when a session-ended effect is published. */
  readonly forget: (sessionId: SessionId) => void;
  /** The same for all sessions of a user whose account changed; of everybody when none is named. */
  readonly forgetAll: (userId?: UserId) => void;
  /**
   * Reads which signing keys are published. With each read of the lease: who serves must know them before they sign.
   */
  readonly readSigningKeys: () => Promise<void>;
  /** The public halves of the signing keys, for `/.well-known/jwks.json` (RFC 7517). */
  readonly jwks: () => JwkSet;
  /** Makes a workspace with its first key. Throws an Error when the slug is malformed or taken. */
  readonly createWorkspace: (workspace: NewWorkspace) => Promise<WorkspaceId>;
  /**
   * Makes the workspace `main` when the server has none, once however many nodes start together. As long as it
   * has no active admin, every call gives a fresh set-up code, valid for 24 hours, and earlier ones stay good: each
   * node shows one, and whichever is used first makes the others void. `workspaceId` is null only where there are
   * several workspaces and none is called `main`.
   */
  readonly ensureFirstWorkspace: () => Promise<FirstWorkspace>;
  /** A code to register with, once and within 24 hours, for the given role. `invitedBy` null is the operator. */
  readonly invite: (
    workspaceId: WorkspaceId,
    invitation: { readonly role: InvitedRole; readonly invitedBy?: UserId | null },
  ) => Promise<string>;
  /**
   * Makes an account and signs it in without a password: no hash is computed and nobody can sign in to it until
   * a password is set. Throws an Error when the e-mail is taken.
   */
  readonly mintSession: (workspaceId: WorkspaceId, account?: Minting) => Promise<MintedSession>;
}

/** Builds the domain; it starts nothing and asks nothing of the database until it is used. */
export function authDomain(options: AuthOptions): Auth {
  const { clock, entropy, vault, digests } = options;
  const keys = publishedKeys({
    seed: signingKeys(options.signingKeys),
    rows: options.signingKeyRows,
    seals: options.signingKeySeals,
    clock,
    notice: options.keyNotice,
  });
  const tokens = accessTokens({ ...options, keys });
  const sealing = envelope(entropy);
  const within = <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (rows: AuthRows, tx: Tx) => Promise<T>,
  ): Promise<T> =>
    options.transaction(workspaceId, mode, (tx) => work(authRows(tx, workspaceId), tx));

  const hashes = passwords(options.passwords, options.peppers, entropy);
  const people = accounts({ vault, digests, sealing });
  const invited = invitations({ digests, entropy });
  const opening = profiles(options);
  const seen = devices({ vault, sealing, alert: options.alert });
  const own = ownSessions(seen);
  const opened = sessions({ ...options, tokens, devices: seen });
  const live = liveness({ clock, lookUp: options.sessions });
  const mailed = byMail({ ...options, within, hashes, people: opening, own });
  const known = knownDevices(options);
  const registrations = registration({ ...mailed, within, hashes, people, invited });
  const signIns = signIn({ within, hashes, people, opened });
  const passwordChanges = passwordChange({ within, hashes, people: opening, own });
  const rotations = rotation({ ...options, within, sealing, opened, forget: live.forget });
  const tenants = workspaces({
    clock,
    entropy,
    vault,
    within,
    invited,
  });

  const domain: AuthDomain = {
    admit: registrations.admit,
    prove: signIns.prove,
    rotate: rotations.rotate,
    provePassword: passwordChanges.prove,
    proveReset: mailed.passwordResets.prove,
    recogniseDevice: known.recognise,
    proveToken: tokens.prove,
  };
  return {
    module: {
      name: 'auth',
      operations: Object.values(operations),
      domain,
      services: (tx: Tx, caller: Caller) =>
        authServices({
          rows: authRows(tx, caller.workspaceId),
          standings: standings(tx),
          entropy,
          registrations,
          signIns,
          people: opening,
          own,
          passwordChanges,
          mailed,
          knownDevices: known,
        }),
    },
    profileNames: (tx, workspaceId) => ({
      open: (ids) => opening.names(authRows(tx, workspaceId), ids),
    }),
    authenticate: authenticate({ clock, tokens, live, workspaces: options.workspaces, within }),
    postman: mailed.postman,
    proveToken: tokens.prove,
    sessionIsLive: live.require,
    forget: live.forget,
    forgetAll: live.forgetAll,
    readSigningKeys: keys.read,
    jwks: keys.publicSet,
    createWorkspace: tenants.create,
    ensureFirstWorkspace: tenants.ensureFirst,
    invite: (workspaceId, { role, invitedBy = null }) =>
      within(workspaceId, 'own', (rows) =>
        invited.issue(rows, { role, invitedBy, at: clock.now() }),
      ),
    mintSession: minting({ clock, entropy, within, people, opened }),
  };
}
