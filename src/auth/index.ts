/** Who is asking: workspaces, accounts, sessions and tokens. The domain is entered only through this file. */
import { standings } from '../access/index.ts';
import type { SessionId, UserId, WorkspaceId } from '../contract/index.ts';
import { envelope } from '../crypto/index.ts';
import type { Caller, ExportContributor, Module, ProvedClaims, Stages } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { accessTokens } from './access-token.ts';
import { accounts } from './accounts.ts';
import { authenticate, requireAt } from './authenticate.ts';
import { byMail } from './by-mail.ts';
import { devices } from './devices.ts';
import { founding, isOperator, taken } from './founding.ts';
import { authExports } from './exports.ts';
import { workspaceOfHost, type WorkspaceOfHost } from './hosts.ts';
import { invitations } from './invitations.ts';
import { knownDevices } from './known-devices.ts';
import { liveness, type Liveness } from './liveness.ts';
import { mentionMails, type MentionMails } from './mention-mails.ts';
import { minting, type MintedSession, type Minting } from './minting.ts';
import * as operations from './operations/index.ts';
import { ownSessions } from './own-sessions.ts';
import { passwordChange } from './password-change.ts';
import type { AuthOptions } from './options.ts';
import { passwords } from './passwords.ts';
import type { Postman } from './postman.ts';
import { profiles } from './profiles.ts';
import { registration } from './registration.ts';
import { rotation } from './rotation.ts';
import { authServices, type AuthDomain } from './services.ts';
import { sessions } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { stepUp, type StepUp } from './step-up.ts';
import { publishedKeys } from './published-keys.ts';
import { signingKeys, type JwkSet } from './signing-keys.ts';
import { authRows, type AuthRows } from './store.ts';
import type { InvitedRole } from './tenancy.ts';
import { workspaces, type FirstWorkspace, type NewWorkspace } from './workspaces.ts';

export {
  byOperator,
  isReason,
  type Act,
  type ByOperator,
  type OnRecord,
  type RosterEntry,
  type RosterQuery,
} from './by-operator.ts';
export type { OpenSession } from './own-sessions.ts';
export { rotateSigningKeys, type KeyRotation } from './key-rotation.ts';
export type { KeyNotice } from './published-keys.ts';
export { signingKeySeals } from './sealed-signing-key.ts';
export { signingKeyRows } from './signing-key-store.ts';
export type { JwkSet, SigningKeysText } from './signing-keys.ts';
export type { AuthOptions } from './options.ts';
export type { PasswordHasher } from './passwords.ts';
export { mailQueue, mailRows } from './mail-store.ts';
export type { MailDesk } from './postman.ts';
export { RefreshTokenReused } from './rotation.ts';
export { heldPeople } from './people-store.ts';
export { sessionLookup, type SessionLookup } from './session-lookup-store.ts';
export { workspaceLookups, type WorkspaceLookups } from './store.ts';
export { authErasure } from './erasure-store.ts';
export { authRetention } from './retention-store.ts';
export { isHost, isSlug, tenancy, type During, type InvitedRole } from './tenancy.ts';
export type { FirstWorkspace, NewWorkspace } from './workspaces.ts';
export type { MintedSession, Minting } from './minting.ts';
export type { ProvedAgain, StepUp } from './step-up.ts';

export interface Auth {
  readonly module: Module<Tx>;
  /** What people of the workspace are called, for domains that show them: read in the transaction they are in. */
  readonly profileNames: (
    tx: Tx,
    workspaceId: WorkspaceId,
  ) => {
    readonly open: (ids: readonly UserId[]) => Promise<ReadonlyMap<UserId, string | null>>;
  };
  /** What this domain gives to an export of somebody's data. */
  readonly exports: readonly ExportContributor[];
  /** For operations of any domain that take the caller's password again. */
  readonly stepUp: StepUp;
  /**
   * The stage of the road. Refuses `unauthenticated`, `token_expired` or `token_revoked`, and `not_found` when an open operation
   * names a workspace that does not exist. Open operations ignore a token.
   */
  readonly authenticate: Stages['authenticate'];
  /** What an access token says. Throws Refusal `unauthenticated` or `token_expired`; asks no database. */
  readonly proveToken: (token: string) => ProvedClaims;
  /**
   * The account's role as of at most 5 seconds ago (requirement B3 with Redis down). Throws Refusal
   * `unauthenticated` when the session has ended or expired or its account is not active.
   */
  readonly sessionIsLive: Liveness['session'];
  /** The same, and throws Refusal `token_revoked` when only the token was revoked. */
  readonly tokenStands: Liveness['token'];
  /** The claims of who may begin a connection at that host. Throws Refusal as `proveToken` and `tokenStands` do. */
  readonly enter: (token: string, host: string | undefined) => Promise<ProvedClaims>;
  readonly workspaceOfHost: WorkspaceOfHost;
  /** Mails about mentions, in the transaction that asks for one or calls it off. */
  readonly mentionMails: (tx: Tx, workspaceId: WorkspaceId) => MentionMails;
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
  /** Makes a workspace with its first key. Throws an Error when the slug or the host is malformed or taken. */
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
  const ofHost = workspaceOfHost((host) => options.workspaces.byHost(host), clock);
  const tenants = workspaces({
    clock,
    entropy,
    vault,
    within,
    invited,
  });

  const found = founding(tenants, invited);

  const domain: AuthDomain = {
    admit: registrations.admit,
    prove: signIns.prove,
    rotate: rotations.rotate,
    provePassword: passwordChanges.prove,
    proveReset: mailed.passwordResets.prove,
    recogniseDevice: known.recognise,
    proveToken: tokens.prove,
    takenName: (workspace) => taken(options, workspace),
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
          invited,
          found,
        }),
    },
    profileNames: (tx, workspaceId) => ({
      open: (ids) => opening.names(authRows(tx, workspaceId), ids),
    }),
    stepUp: stepUp({ within, hashes }),
    exports: authExports({ within, profiles: opening, devices: seen }),
    authenticate: authenticate({
      ...{ clock, entropy, tokens, live, ofHost, within },
      workspaces: options.workspaces,
      isOperator: isOperator(options.operatorToken),
    }),
    async enter(token, host) {
      const claims = tokens.prove(token);
      await requireAt(ofHost, claims, host);
      await live.token(claims);
      return claims;
    },
    workspaceOfHost: ofHost,
    mentionMails: (tx, workspaceId) => mentionMails(authRows(tx, workspaceId), mailed.askForMail),
    postman: mailed.postman,
    proveToken: tokens.prove,
    sessionIsLive: live.session,
    tokenStands: live.token,
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
