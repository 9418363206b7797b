/** Up to where the ledger of erasures was followed, workspace by workspace: a restore says which ledger its database needs. */
import type { Keyring } from '../../crypto/index.ts';
import type { OwnerPostgres } from '../../platform/owner-postgres.ts';
import type { Manifest } from './manifest.ts';
import { artifactsIn, BrokenBackup, readManifest } from './reading.ts';
import { isOurs } from './signature.ts';
import type { Heads } from './taking.ts';

const PREFIX = 'erasure ';

/** By `erasure` and the id of the workspace; none in a database from before there was such a ledger. */
export const ledgerHeads: Heads = async (postgres) => {
  if (!(await hasTable(postgres, 'erasure_head'))) return {};
  const rows = await postgres.rows<{ id: string; seq: string; hash: string }>(
    `SELECT workspace_id AS id, seq::text, encode(hash, 'hex') AS hash FROM erasure_head ORDER BY 1`,
  );
  return Object.fromEntries(
    rows.map(({ id, seq, hash }) => [`${PREFIX}${id}`, { seq: Number(seq), hash }]),
  );
};

/**
 * The furthest that any backup in the folders says, also one that is newer than the restored one. What somebody else
 * signed, or is no backup any more, says nothing.
 */
export async function newestHeads(
  ring: Keyring,
  folders: readonly string[],
): Promise<Manifest['heads']> {
  const newest: Manifest['heads'] = {};
  for (const folder of new Set(folders))
    for (const kind of ['database', 'keys'] as const)
      for (const path of await artifactsIn(folder, kind)) {
        const manifest = await readManifest(path).catch(unlessBroken);
        if (!manifest || !isOurs(ring, manifest)) continue;
        for (const [name, head] of Object.entries(manifest.heads))
          if (head.seq > (newest[name]?.seq ?? 0)) newest[name] = head;
      }
  return newest;
}

/** A node that starts on the database holds its ledger against them: see `passGate`. */
export async function expectHeads(
  postgres: OwnerPostgres,
  heads: Manifest['heads'],
): Promise<void> {
  if (!(await hasTable(postgres, 'erasure_floor'))) return;
  for (const [name, { seq, hash }] of Object.entries(heads))
    if (name.startsWith(PREFIX))
      await postgres.rows(
        `INSERT INTO erasure_floor AS f (workspace_id, seq, hash) VALUES ($1, $2, decode($3, 'hex'))
         ON CONFLICT (workspace_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash WHERE f.seq < excluded.seq`,
        [name.slice(PREFIX.length), seq, hash],
      );
}

async function hasTable(postgres: OwnerPostgres, name: string): Promise<boolean> {
  const [found] = await postgres.rows<{ is: boolean }>('SELECT to_regclass($1) IS NOT NULL AS is', [
    `public.${name}`,
  ]);
  return found?.is === true;
}

function unlessBroken(error: unknown): null {
  if (error instanceof BrokenBackup) return null;
  throw error;
}
