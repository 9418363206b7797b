/** Up to where the ledger of erasures was followed, workspace by workspace: a restore says which ledger its database needs. */
import type { Heads } from './taking.ts';

/** By `erasure` and the id of the workspace; none in a database from before there was such a ledger. */
export const ledgerHeads: Heads = async (postgres) => {
  const [found] = await postgres.rows<{ is: boolean }>(
    `SELECT to_regclass('public.erasure_head') IS NOT NULL AS is`,
  );
  if (found?.is !== true) return {};
  const rows = await postgres.rows<{ id: string; seq: string; hash: string }>(
    `SELECT workspace_id AS id, seq::text, encode(hash, 'hex') AS hash FROM erasure_head ORDER BY 1`,
  );
  return Object.fromEntries(
    rows.map(({ id, seq, hash }) => [`erasure ${id}`, { seq: Number(seq), hash }]),
  );
};
