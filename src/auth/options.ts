/** What the domain needs of those around it: clocks and keys, tables and tellings, and how long things are valid. */
import type { ClosureCode, SessionId } from '../contract/index.ts';
import type { Digests, Keyring, Vault } from '../crypto/index.ts';
import type { Clock, Entropy, Secret } from '../kernel/index.ts';
import type { PasswordHasher } from './passwords.ts';
import type { MailDesk } from './postman.ts';
import type { ProfileAlert } from './profiles.ts';
import type { RecordReuse } from './rotation.ts';
import type { SessionLookup } from './session-lookup-store.ts';
import type { KeyNotice } from './published-keys.ts';
import type { SigningKeySeals } from './sealed-signing-key.ts';
import type { SigningKeyRows } from './signing-key-store.ts';
import type { SigningKeysText } from './signing-keys.ts';
import type { Transaction, WorkspaceLookups } from './store.ts';

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
  /** With which workspaces are made from outside; null where they are not. */
  readonly operatorToken: Secret<string> | null;
  /** By which the server itself is reached. */
  readonly ownHosts: ReadonlySet<string>;
  /** Milliseconds that an access token is valid. Default of the product: 15 minutes. */
  readonly accessTokenMs: number;
  /** Milliseconds that an unused refresh token is valid; each use starts them anew. Default: 7 days. */
  readonly refreshMs: number;
  /** Milliseconds after which a session ends however often it is refreshed. Default: 90 days. */
  readonly sessionMs: number;
  /** Milliseconds within which a used refresh token is answered again, to the same nonce. Default: 60 s. */
  readonly retryMs: number;
  readonly transaction: Transaction;
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
