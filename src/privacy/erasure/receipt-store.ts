/** Which keys signed the receipts that are kept: who has none of them published cannot check those any more. */
import type { Tx } from '../../platform/postgres/index.ts';

export interface Signed {
  /** Its thumbprint. */
  readonly key: string;
  readonly count: number;
}

/** Of the workspace of the transaction. */
export function receiptsByKey(tx: Tx): Promise<readonly Signed[]> {
  return tx.$queryRaw<Signed[]>`
    SELECT receipt ->> 'key' AS key, count(*)::int AS count FROM erasure WHERE receipt IS NOT NULL GROUP BY 1`;
}
