/** Holds the ledger of erasures against what the database knows of it, as a node does before it serves; nothing is changed. */
import type { WorkspaceId } from '../../contract/index.ts';
import { documentSigner, type Keyring } from '../../crypto/index.ts';
import type { OwnerPostgres } from '../../platform/owner-postgres.ts';
import { Ledger, ledgerFile, LedgerFault } from '../../privacy/index.ts';
import { failed, ok, warning, type Finding } from '../doctor/finding.ts';

export interface LedgerOptions {
  readonly postgres: OwnerPostgres;
  readonly ring: Keyring;
  /** Of the ledger. */
  readonly path: string;
}

const ADVICE =
  'No node starts with it: put the true file of ERASURE_LEDGER_FILE in its place, never an older copy.';

/** Every line is proved, and it goes at least as far as the database says, by the same lines. */
export async function verifyLedger({ postgres, ring, path }: LedgerOptions): Promise<Finding> {
  const check = 'erasure-ledger';
  // Before the file: a line is on the disk before the database knows of it.
  const heads = await postgres.rows<{ id: WorkspaceId; seq: number; hash: string }>(
    `SELECT workspace_id AS id, seq::int, encode(hash, 'hex') AS hash FROM erasure_head ORDER BY 1`,
  );
  const signer = documentSigner(ring);
  const ledger = new Ledger(ledgerFile(path), {
    sign: (document) => signer.sign('erasure-ledger', document),
    verify: (document) => signer.verify('erasure-ledger', document),
  });
  try {
    const chains = await ledger.read();
    if (chains === null && heads.length > 0)
      return failed(check, 'it is missing, and the database knows of entries in it', ADVICE);
    for (const { id, ...head } of heads) ledger.assertReaches(id, head);
    const lines = [...(chains?.values() ?? [])].reduce((sum, chain) => sum + chain.length, 0);
    return ok(
      check,
      `all ${lines} entries are proved, and none that the database knows is missing`,
    );
  } catch (error) {
    if (error instanceof LedgerFault) return failed(check, error.message, ADVICE);
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return warning(check, `not readable here: ${error.message}`, 'Ask where the nodes run.');
  }
}
