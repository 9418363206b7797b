/** Consents, bound to a transaction: the ledger for what people say, and the guard for what is done for them. */
import type { WorkspaceId } from '../../contract/index.ts';
import { envelope, keyRows, type Vault } from '../../crypto/index.ts';
import type { Consents, Entropy, Processings } from '../../kernel/index.ts';
import { consentActs } from './acts.ts';
import { consentStore, type Tx } from './consent-store.ts';
import { consents } from './consents.ts';
import { consentLedger, type ConsentLedger } from './ledger.ts';
import { PURPOSES } from './purposes.ts';

export { consentExports } from './exports.ts';
export { PURPOSES } from './purposes.ts';

interface Parts {
  readonly vault: Vault;
  readonly entropy: Entropy;
  readonly processings: Processings<Tx>;
}

/** For what is done for people who consented, by the texts as they are. */
export function consentsOf(tx: Tx, workspaceId: WorkspaceId, purposes = PURPOSES): Consents {
  return consents(consentStore(tx, workspaceId), purposes);
}

export function ledgerOf(
  { vault, entropy, processings }: Parts,
  tx: Tx,
  workspaceId: WorkspaceId,
  purposes = PURPOSES,
): ConsentLedger {
  const store = consentStore(tx, workspaceId);
  const keys = keyRows(tx, workspaceId);
  const acts = consentActs({ workspaceId, store, keys, vault, sealing: envelope(entropy) });
  const asked = consents(store, purposes);
  return consentLedger({ tx, workspaceId, store, acts, purposes, processings, consents: asked });
}
