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
