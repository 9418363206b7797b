/** Holds the ledger of erasures against what is known of it elsewhere, as a node does before it serves; nothing is changed. */
import type { WorkspaceId } from '../../contract/index.ts';
import { documentSigner, type Keyring } from '../../crypto/index.ts';
import type { OwnerPostgres } from '../../platform/owner-postgres.ts';
import {
  headFile,
  Ledger,
  ledgerFile,
  LedgerFault,
  proved,
  type KnownHeads,
  type LedgerSeal,
} from '../../privacy/index.ts';
import { failed, ok, warning, type Finding } from '../doctor/finding.ts';

export interface LedgerOptions {
  readonly postgres: OwnerPostgres;
  readonly ring: Keyring;
  /** Of the ledger. */
  readonly path: string;
  /** Of its file of heads; null where none is set. */
  readonly headPath: string | null;
}

const ADVICE =
  'No node starts with it: put the true file of ERASURE_LEDGER_FILE in its place, never an older copy.';

/** Every line is proved, and it goes at least as far as anybody says who knows, by the same lines. */
export async function verifyLedger(options: LedgerOptions): Promise<Finding> {
  const { postgres, ring, path, headPath } = options;
  const check = 'erasure-ledger';
  const signer = documentSigner(ring);
  const sealOf = (kind: 'erasure-ledger' | 'erasure-head'): LedgerSeal => ({
    sign: (document) => signer.sign(kind, document),
    verify: (document) => signer.verify(kind, document),
  });
  const ledger = new Ledger(ledgerFile(path), sealOf('erasure-ledger'));
  const file = headPath === null ? null : headFile(headPath, sealOf('erasure-head'));
  const knownHeads = headsOf(postgres);
  try {
    const found = await proved({ ledger, knownHeads, headFile: file }, await knownHeads.heads());
    const lines = [...found.chains.values()].reduce((sum, chain) => sum + chain.length, 0);
    return ok(check, `all ${lines} entries are proved, and none that anybody knows of is missing`);
  } catch (error) {
    if (error instanceof LedgerFault) return failed(check, error.message, ADVICE);
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return warning(check, `not readable here: ${error.message}`, 'Ask where the nodes run.');
  }
}

function headsOf(postgres: OwnerPostgres): KnownHeads {
  const mapped = async (columns: string, table: string) => {
    const rows = await postgres.rows<{
      id: WorkspaceId;
      seq: number;
      hash: string;
      filed: boolean;
    }>(
      `SELECT workspace_id AS id, seq::int, encode(hash, 'hex') AS hash, ${columns} FROM ${table} ORDER BY 1`,
    );
    return new Map(rows.map(({ id, ...head }) => [id, head]));
  };
  return {
    heads: () => mapped('filed', 'erasure_head'),
    floors: () => mapped('false AS filed', 'erasure_floor'),
  };
}
