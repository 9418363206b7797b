/** Puts a backup into a database that holds nothing: all of it is checked before anything is touched, and then all or nothing. */
import { dirname, resolve } from 'node:path';
import type { Keyring } from '../../crypto/index.ts';
import type { Entropy } from '../../kernel/index.ts';
import { RESTORE_LOCK, type OwnerPostgres } from '../../platform/owner-postgres.ts';
import { emptySchemas, stateOf, type DatabaseState } from './emptiness.ts';
import { expectHeads, newestHeads } from './ledger-heads.ts';
import { loadKeys, loadTables } from './loading.ts';
import type { Kind, Manifest, Part } from './manifest.ts';
import { artifactAt, BrokenBackup, checkFiles, keysBeside, readManifest } from './reading.ts';
import { settle, type Settled } from './settling.ts';
import { isOurs } from './signature.ts';
import { refuseBound } from './taking.ts';

/** Why nothing was restored, where no backup is broken. */
export class Unrestorable extends Error {
  readonly reason: 'foreign_backup' | 'older_keys' | 'newer_backup' | 'not_empty' | 'in_use';

  constructor(reason: Unrestorable['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The migrations of this program. */
export interface Migrations {
  /** SHA-256 of each by its name. */
  readonly known: () => ReadonlyMap<string, string>;
  /** Applies those named, or all, in their order; those that were applied stay. */
  readonly apply: (names: readonly string[] | null) => Promise<void>;
}

export interface RestoreOptions {
  readonly postgres: OwnerPostgres;
  readonly ring: Keyring;
  readonly entropy: Entropy;
  readonly migrations: Migrations;
  /** A backup, or a folder of them, of which the newest is meant. */
  readonly from: string;
  /** The keys, or a folder of them; `keys` beside the backup if it is left out. */
  readonly keys?: string | undefined;
  /** Whatever the database holds may go. */
  readonly replace: boolean;
  /** The backup was the last thing that the old server did: nobody was signed out, and no token used, after it. */
  readonly keepSessions: boolean;
}

export type RestoreStep =
  | { readonly is: 'checked'; readonly name: string; readonly bytes: number }
  | { readonly is: 'loaded'; readonly name: string; readonly rows: number }
  | ({ readonly is: 'restored'; readonly takenAt: string } & Settled & Pick<Manifest, 'heads'>);

interface Chosen {
  readonly path: string;
  readonly manifest: Manifest;
}

/**
 * Steps as they are done. Throws BrokenBackup, Unrestorable, and what the disk and the database throw. Rows, jobs and
 * what becomes of them are one transaction; where the keys are of a newer schema than the rows, they are a second one.
 */
export async function* restoreBackup(options: RestoreOptions): AsyncGenerator<RestoreStep> {
  const { postgres, migrations, ring } = options;
  await refuseBound(postgres); // to such a login a full database looks empty
  const { database, keys, folders } = await chosen(options);
  for (const { path, manifest } of [database, keys]) {
    const checked: Part[] = [];
    await checkFiles(path, manifest, (part) => checked.push(part));
    for (const { name, bytes } of checked) yield { is: 'checked', name, bytes };
  }
  const known = await newestHeads(ring, folders);
  await alone(postgres);
  const state = await stateOf(postgres);
  refuseNodes(state);
  if (state.filled !== null && !options.replace)
    throw new Unrestorable(
      'not_empty',
      `The database holds rows already, in ${state.filled}. Restore into a new one, or name it with --replace to lose them.`,
    );
  await emptySchemas(postgres);
  await migrations.apply(namesOf(database.manifest));
  const isSameSchema = namesOf(keys.manifest).join() === namesOf(database.manifest).join();
  const from = { postgres, ring };
  const loaded: RestoreStep[] = [];
  const settled = await postgres.during('BEGIN', async () => {
    for await (const step of loadTables(from, database)) loaded.push(step);
    if (isSameSchema) for await (const step of loadKeys(from, keys)) loaded.push(step);
    const done = await settle(options, database.manifest);
    await expectHeads(postgres, known);
    // One that lost its connections for a while does not ask whether it may go on.
    refuseNodes(await stateOf(postgres));
    return done;
  });
  if (!isSameSchema) {
    await migrations.apply(namesOf(keys.manifest));
    await postgres.during('BEGIN', async () => {
      for await (const step of loadKeys(from, keys)) loaded.push(step);
      refuseNodes(await stateOf(postgres));
    });
  }
  yield* loaded;
  await migrations.apply(null);
  await expectHeads(postgres, known); // where the schema of the backup had no place for it
  await postgres.run('ANALYZE');
  const { takenAt, heads } = database.manifest;
  yield { is: 'restored', takenAt, heads, ...settled };
}

/** Until the connection is closed, no node starts: see RESTORE_LOCK. */
async function alone(postgres: OwnerPostgres): Promise<void> {
  const [found] = await postgres.rows<{ alone: boolean }>(
    'SELECT pg_try_advisory_lock($1) AS alone',
    [RESTORE_LOCK],
  );
  if (found?.alone === true) return;
  throw new Unrestorable(
    'in_use',
    'A node runs or starts on this database, or another restore does. Stop the nodes first.',
  );
}

function refuseNodes({ others }: DatabaseState): void {
  if (others === 0) return;
  throw new Unrestorable(
    'in_use',
    `${others} connections are open to the database. Stop the nodes first.`,
  );
}

/** `folders` is where they are, and where newer ones would be. */
async function chosen(
  options: RestoreOptions,
): Promise<{ database: Chosen; keys: Chosen; folders: readonly string[] }> {
  const { from } = options;
  const database = await choice(options, from, 'database');
  const folder = database.path === from ? dirname(resolve(from)) : from;
  const keys = await choice(options, options.keys ?? keysBeside(folder), 'keys');
  if (keys.manifest.takenAt < database.manifest.takenAt)
    throw new Unrestorable(
      'older_keys',
      `The keys are of ${keys.manifest.takenAt}, and the backup is of ${database.manifest.takenAt}: keys that were made in between would be missing. Name newer ones with --keys.`,
    );
  return { database, keys, folders: [folder, dirname(resolve(keys.path))] };
}

async function choice(
  { ring, migrations }: RestoreOptions,
  folder: string,
  kind: Kind,
): Promise<Chosen> {
  const path = await artifactAt(folder, kind);
  const what = kind === 'keys' ? 'keys of a backup' : 'backup';
  if (path === null) throw new BrokenBackup('no_backup', `There is no ${what} in ${folder}.`);
  const manifest = await readManifest(path);
  if (manifest.kind !== kind) throw new BrokenBackup('no_backup', `${path} holds no ${what}.`);
  if (!isOurs(ring, manifest))
    throw new Unrestorable(
      'foreign_backup',
      `${path} was made under the root key ${manifest.rootKey}, which is not the one that CONCLAVE_ROOT_KEYS holds.`,
    );
  const known = migrations.known();
  const strange = manifest.migrations.find(({ name, checksum }) => known.get(name) !== checksum);
  if (strange)
    throw new Unrestorable(
      'newer_backup',
      `${path} has migration ${strange.name}, which this program does not have or has otherwise. Use the version that made it, ${manifest.server}, or a newer one.`,
    );
  return { path, manifest };
}

const namesOf = ({ migrations }: Manifest) => migrations.map(({ name }) => name);
