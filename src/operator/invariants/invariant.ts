/** One thing that must hold of the rows, as a query that finds those of which it does not; ids and numbers only. */

export interface Invariant {
  /** Stays the same. */
  readonly check: string;
  /** What holds, in words for whoever reads that it does. */
  readonly holds: string;
  /** Gives a column `bad` with what is wrong and where, for each row that breaks it; no more than are asked for. */
  readonly query: string;
  readonly advice: string;
}

export const RESTORE =
  'Find out who changed rows by hand; what cannot be mended comes from a backup.';
