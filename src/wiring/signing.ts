/** Where the signing keys of a node come from: published in Postgres under the root keyring, after those of the settings. */
import { signingKeyRows, signingKeySeals, type KeyNotice } from '../auth/index.ts';
import type { Config } from '../config.ts';
import type { Keyring } from '../crypto/index.ts';
import type { Entropy } from '../kernel/index.ts';
import type { Logger } from '../platform/log.ts';
import type { Statements } from '../platform/postgres/index.ts';

export interface SigningOptions {
  readonly keys: Config['keys'];
  readonly root: Keyring;
  readonly entropy: Entropy;
  /** Beside the pool: the keys are read with the lease. */
  readonly aside: Statements;
  readonly log: Logger;
}

/** What the domain of accounts and sessions takes of them. */
export function signing({ keys, root, entropy, aside, log }: SigningOptions) {
  const keyNotice: KeyNotice = (what, kid) =>
    log.log(what === 'broken' ? 'error' : 'info', 'signing key', { what, kid });
  return {
    signingKeys: keys.signing,
    signingKeyRows: signingKeyRows(aside),
    signingKeySeals: signingKeySeals(root, entropy),
    keyNotice,
  };
}
