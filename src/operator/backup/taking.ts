/** Takes a backup of a server that runs: all tables as of one moment, and it counts as one only when it is whole. */
import { rm } from 'node:fs/promises';
import type { Keyring } from '../../crypto/index.ts';
import type { Clock, Entropy } from '../../kernel/index.ts';
import type { OwnerPostgres } from '../../platform/owner-postgres.ts';
import { timeName, tooOld } from './key-age.ts';
import type { Manifest } from './manifest.ts';
import { artifactsIn, BrokenBackup, keysBeside, readManifest } from './reading.ts';
import { isOurs } from './signature.ts';
import { copiedTables, copyingOut } from './tables.ts';
import { beginArtifact, removeUnfinished, type Artifact } from './writing.ts';

/** So that the keys of an erased person are gone from all backups after as many more. */
export const KEPT_KEYS = 2;
/** Any number that nothing else locks in this database: one backup at a time. */
const BACKUP_LOCK = 4_711_031;
const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** Why there is no backup, or no restore, where nothing is broken. */
export class Hindered extends Error {
  readonly reason: 'busy' | 'foreign_folder' | 'bound_login';

  constructor(reason: Hindered['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface BackupOptions {
  readonly postgres: OwnerPostgres;
  readonly ring: Keyring;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Of this program. */
  readonly version: string;
  /** A folder for the backups of this server and nothing else. */
  readonly to: string;
  /** Where the keys go; `keys` in that folder if it is left out. */
  readonly keysTo?: string | undefined;
  /** Milliseconds that keys are kept beside newer ones: receipts of erasures promise it. */
  readonly keyCopiesMs: number;
  /** Hears how many bytes of about how many were copied. */
  readonly progress?: (copied: number, of: number) => void;
  readonly heads?: Heads;
}

/** Up to where the ledgers outside the database were followed, read in the snapshot of the backup. */
export type Heads = (postgres: OwnerPostgres) => Promise<Manifest['heads']>;

/** A table that was copied, or, last, the artifact of the database. */
export type BackupStep =
  | { readonly is: 'copied'; readonly name: string; readonly rows: number; readonly bytes: number }
  | {
      readonly is: 'taken';
      readonly path: string;
      readonly keys: string;
      readonly takenAt: string;
      readonly rows: number;
      /** Of the rows as they were copied, before they were packed and sealed. */
      readonly bytes: number;
      readonly milliseconds: number;
    };

/**
 * Steps as they are done. Throws Hindered, and what the disk and the database throw; then nothing is left of it. The
 * keys become an artifact first: without the rows they are of no use, and rows without their keys would be no backup.
 */
export async function* takeBackup(options: BackupOptions): AsyncGenerator<BackupStep> {
  const { postgres, clock, to, keysTo = keysBeside(to) } = options;
  const began = clock.monotonic();
  await alone(postgres);
  await refuseForeign(keysTo, options.ring);
  for (const folder of [to, keysTo]) await removeUnfinished(folder);
  const id = nameOf(options);
  const open: Artifact[] = [];
  try {
    const begin = async (folder: string, kind: 'database' | 'keys') => {
      const artifact = await beginArtifact(folder, { kind, id, ring: options.ring });
      open.push(artifact);
      return artifact;
    };
    const keys = await begin(keysTo, 'keys');
    const database = await begin(to, 'database');
    await postgres.run(
      `${SNAPSHOT}; SET LOCAL row_security = off; SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = ISO`,
    );
    const about = await snapshotOf(options);
    const tables = await copiedTables(postgres);
    const all = tables.reduce((sum, { bytes }) => sum + bytes, 0);
    let copied = 0;
    let total = 0;
    for (const table of tables) {
      const artifact = table.isOfKeys ? keys : database;
      const { name, rows, bytes } = await artifact.add(
        { name: table.name, columns: [...table.columns] },
        postgres.copyOut(copyingOut(postgres, table)),
        (more) => {
          copied += more;
          options.progress?.(copied, all);
        },
      );
      total += rows;
      yield { is: 'copied', name, rows, bytes };
    }
    await postgres.run('COMMIT');
    const keysPath = await keys.finish({ ...about, sequences: [] });
    const path = await database.finish(about);
    open.length = 0;
    await removeOldKeys(options, keysTo, keysPath);
    const milliseconds = Math.round(clock.monotonic() - began);
    const size = { rows: total, bytes: copied, milliseconds };
    yield { is: 'taken', path, keys: keysPath, takenAt: about.takenAt, ...size };
  } finally {
    for (const artifact of open) await artifact.discard();
  }
}

/** Refuses a login from which row level security would hide rows. */
export async function refuseBound(postgres: OwnerPostgres): Promise<void> {
  const [found] = await postgres.rows<{ free: boolean }>(
    `SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user`,
  );
  if (found?.free === true) return;
  throw new Hindered(
    'bound_login',
    'Row level security binds the login of DATABASE_URL, so it would see no rows. Let it have BYPASSRLS: ALTER ROLE … BYPASSRLS.',
  );
}

async function alone(postgres: OwnerPostgres): Promise<void> {
  await refuseBound(postgres);
  const [found] = await postgres.rows<{ alone: boolean }>(
    'SELECT pg_try_advisory_lock($1) AS alone',
    [BACKUP_LOCK],
  );
  if (found?.alone !== true)
    throw new Hindered('busy', 'Another backup of this database is being taken just now.');
}

/** Keys of another server must not be taken for old ones of this. */
async function refuseForeign(folder: string, ring: Keyring): Promise<void> {
  for (const path of await artifactsIn(folder, 'keys')) {
    const manifest = await readManifest(path).catch((error: unknown) => {
      if (error instanceof BrokenBackup) return null;
      throw error;
    });
    if (manifest && isOurs(ring, manifest)) continue;
    throw new Hindered(
      'foreign_folder',
      `${path} was not made under the root keys of this server. Older keys are removed from that folder: use one for this server alone.`,
    );
  }
}

/** Never the newest. */
async function removeOldKeys(
  options: BackupOptions,
  folder: string,
  newest: string,
): Promise<void> {
  const older = (await artifactsIn(folder, 'keys')).filter((one) => one !== newest);
  const tooMany = older.slice(0, older.length + 1 - KEPT_KEYS);
  for (const old of new Set([...tooMany, ...tooOld(older, options)]))
    await rm(old, { recursive: true, force: true });
}

async function snapshotOf({ postgres, version, heads }: BackupOptions) {
  const [moment] = await postgres.rows<{ at: string; lsn: string; postgres: string }>(
    `SELECT to_char(statement_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
       pg_current_wal_lsn()::text AS lsn, current_setting('server_version') AS postgres`,
  );
  const migrations = await postgres.rows<{ name: string; checksum: string }>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
  );
  const sequences = await postgres.rows<{ name: string; value: string | null }>(
    `SELECT sequencename::text AS name, last_value::text AS value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1`,
  );
  if (!moment) throw new Error('the database did not say what time it is');
  const { at: takenAt, lsn: walLsn } = moment;
  return {
    ...{ takenAt, walLsn, server: version, postgres: moment.postgres },
    migrations: [...migrations],
    heads: (await heads?.(postgres)) ?? {},
    sequences: [...sequences],
  };
}

/** The time first, so that names sort by age. */
function nameOf({ clock, entropy }: BackupOptions): string {
  return `${timeName(clock.now())}-${entropy.bytes(3).toString('hex')}`;
}
