/** What must not come back with the rows: what was ended or used up after the backup was taken, and old views of the log. */
import type { Entropy } from '../../kernel/index.ts';
import type { OwnerPostgres } from '../../platform/owner-postgres.ts';
import type { Manifest } from './manifest.ts';

export interface Settled {
  /** The new epoch of every channel. */
  readonly epoch: number;
  /** How many sessions were ended. */
  readonly sessions: number;
}

export interface SettleOptions {
  readonly postgres: OwnerPostgres;
  readonly entropy: Entropy;
  readonly keepSessions: boolean;
}

/** Within the transaction that loaded the rows. */
export async function settle(
  { postgres, entropy, keepSessions }: SettleOptions,
  { sequences }: Manifest,
): Promise<Settled> {
  const epoch = await startAnew(postgres, entropy);
  const sessions = keepSessions ? 0 : await endSessions(postgres);
  await endExports(postgres);
  for (const { name, value } of sequences)
    if (value !== null)
      await postgres.rows('SELECT setval($1::regclass, $2::bigint)', [
        `public.${postgres.identifier(name)}`,
        value,
      ]);
  return { epoch, sessions };
}

/**
 * A client whose position is of another epoch starts over. Drawn by lot and not counted up: the same backup restored
 * twice would give the same number twice, to logs that went on differently.
 */
async function startAnew(postgres: OwnerPostgres, entropy: Entropy): Promise<number> {
  const epoch = 1 + (entropy.bytes(4).readUInt32BE() % (2 ** 31 - 1));
  const [taken] = await postgres.rows<{ is: boolean }>(
    'SELECT EXISTS (SELECT FROM channel WHERE epoch = $1) AS is',
    [epoch],
  );
  if (taken?.is) return startAnew(postgres, entropy);
  await postgres.rows('UPDATE channel SET epoch = $1', [epoch]);
  return epoch;
}

/**
 * Sessions that were ended after the backup, and refresh tokens that were used after it, would be good again, also for
 * who stole one: everybody signs in anew. So would links by mail that were used, so none of those is good any more.
 */
async function endSessions(postgres: OwnerPostgres): Promise<number> {
  await postgres.run('DELETE FROM one_time_token');
  const ended = await postgres.rows(
    `UPDATE session SET ended_at = clock_timestamp(), end_reason = 'restored' WHERE ended_at IS NULL RETURNING 1`,
  );
  return ended.length;
}

/**
 * Their files are in no backup, and those of a storage that is still there are of what may have been erased since: none
 * goes on or is given out, and its job removes what is there. Rows from before there were exports have none of them.
 */
async function endExports(postgres: OwnerPostgres): Promise<void> {
  const [found] = await postgres.rows<{ is: boolean }>(
    `SELECT to_regclass('public.data_export') IS NOT NULL AS is`,
  );
  if (found?.is !== true) return;
  await postgres.run(`
    WITH ended AS (
      UPDATE data_export SET state = CASE state WHEN 'ready' THEN 'expired' ELSE 'failed' END, step = step + 1,
        ended_at = clock_timestamp(), link_digest = NULL, link_session = NULL, link_expires_at = NULL
      WHERE state IN ('collecting', 'settling', 'ready') RETURNING workspace_id, id)
    SELECT graphile_worker.add_job('privacy.export-end',
      json_build_object('workspaceId', workspace_id, 'about', json_build_object('exportId', id)),
      job_key := workspace_id || ':privacy.export-end:' || id) FROM ended;
    DELETE FROM data_export_part`);
}
