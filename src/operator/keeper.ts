/** Backups as the operator asks for them: the settings of the server are found, and every failure says what can be done. */
import { keyring, type Keyring } from '../crypto/index.ts';
import { isLostConnection, OwnerPostgres } from '../platform/owner-postgres.ts';
import { systemClock, systemEntropy } from '../platform/system.ts';
import {
  BrokenBackup,
  checkBackups,
  Hindered,
  refuseBound,
  restoreBackup,
  takeBackup,
  Unrestorable,
  verifyKeyAge,
  type BackupStep,
  type Checked,
  type Heads,
  type Migrations,
  type RestoreStep,
} from './backup/index.ts';
import { configOf, type Fail } from './config-of.ts';
import type { Finding } from './doctor/index.ts';
import { verifyLedger, verifyRows } from './invariants/index.ts';
import { serverSettings, type Whereabouts } from './server-settings.ts';

export interface KeeperOptions extends Whereabouts {
  readonly fail: Fail;
  /** Of this program. */
  readonly version: string;
  /** Brings a database to the schema of some migrations of this program, or of all. */
  readonly migrate: (
    url: string,
    appPassword: string,
    tls: { readonly ca?: string | undefined } | null,
    names: readonly string[] | null,
  ) => Promise<unknown>;
  /** Up to where ledgers outside the database were followed; none are named in the manifest without it. */
  readonly heads?: Heads;
  /** SHA-256 of each migration of this program by its name. */
  readonly migrations: () => ReadonlyMap<string, string>;
}

export interface TakeOptions {
  readonly to: string;
  readonly keysTo?: string | undefined;
  readonly progress?: (copied: number, of: number) => void;
}

export interface RestoreWords {
  readonly from: string;
  readonly keys?: string | undefined;
  /** The name of the database whose content may go. */
  readonly replace?: string | undefined;
  readonly keepSessions: boolean;
}

/** Refuses with codes; see `failureOf`. */
export interface Keeper {
  take(options: TakeOptions): AsyncIterable<BackupStep>;
  restore(options: RestoreWords): AsyncIterable<RestoreStep>;
  /** With the root keys where the settings are found, else by the public key alone. */
  check(path: string, trusted: readonly string[] | null, keys?: string): AsyncIterable<Checked>;
  /** Holds the rows of the server, which may run, against what must hold of them; and the age of keys in that folder. */
  verify(keys?: string): AsyncIterable<Finding>;
}

/** Nothing is opened before it is needed: a backup is checked where no server is. */
export function openKeeper(options: KeeperOptions): Keeper {
  const entropy = systemEntropy(systemClock);
  return {
    async *take(words) {
      const { postgres, ring, keyCopiesMs } = await openOwner(options, 'conclave backup');
      const shared = {
        postgres,
        ring,
        clock: systemClock,
        entropy,
        keyCopiesMs,
        version: options.version,
        ...(options.heads && { heads: options.heads }),
      };
      yield* closing(postgres, told(takeBackup({ ...shared, ...words }), options.fail));
    },
    async *restore({ replace, ...words }) {
      const owner = await openOwner(options, 'conclave restore');
      const { postgres, ring, name } = owner;
      const migrations: Migrations = { known: options.migrations, apply: owner.migrate };
      const shared = { postgres, ring, entropy, migrations, replace: replace !== undefined };
      const steps =
        replace === undefined || replace === name
          ? told(restoreBackup({ ...shared, ...words }), options.fail)
          : refusing(otherName(options.fail, name));
      yield* closing(postgres, steps);
    },
    async *verify(keys) {
      const { postgres, ring, keyCopiesMs } = await openOwner(options, 'conclave doctor');
      const looking = async function* () {
        await refuseBound(postgres);
        yield* verifyRows({ postgres, ring, clock: systemClock, entropy });
        const settings = serverSettings(options);
        const path = settings?.['ERASURE_LEDGER_FILE'];
        const headPath = settings?.['ERASURE_HEAD_FILE'] ?? null;
        if (path) yield await verifyLedger({ postgres, ring, path, headPath });
        if (keys !== undefined) yield await verifyKeyAge(keys, { clock: systemClock, keyCopiesMs });
      };
      yield* closing(postgres, told(looking(), options.fail));
    },
    async *check(path, trusted, keys) {
      const ring = serverSettings(options) && (await ringOf(options));
      yield* told(checkBackups({ path, keys, ring, trusted }), options.fail);
    },
  };
}

const ringOf = async (options: KeeperOptions): Promise<Keyring> =>
  keyring((await configOf(options)).keys.root);

/** The database by its owner's login. Whoever opened it closes it. */
export async function openOwner(options: KeeperOptions, name: string) {
  const { fail } = options;
  const { database, keys, erasure } = await configOf(options);
  const { owner, tls } = database;
  if (owner === null)
    throw fail(
      'local',
      'no_owner',
      'This needs the login that owns the tables: set DATABASE_URL, as for npm run migrate.',
    );
  const { url, appPassword } = owner;
  const postgres = await OwnerPostgres.open({ url, tls, name }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw fail('unreachable', 'unavailable', `The database is not reached: ${why}`);
  });
  const migrate = async (names: readonly string[] | null) => {
    await options.migrate(url.reveal(), appPassword.reveal(), tls, names);
  };
  const { pathname } = new URL(url.reveal());
  return {
    postgres,
    ring: keyring(keys.root),
    migrate,
    keyCopiesMs: erasure.keyCopiesMs,
    name: decodeURIComponent(pathname.slice(1)),
  };
}

async function* closing<T>(postgres: OwnerPostgres, steps: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* steps;
  } finally {
    await postgres.close();
  }
}

async function* told<T>(steps: AsyncIterable<T>, fail: Fail): AsyncGenerator<T> {
  try {
    yield* steps;
  } catch (error) {
    throw failureOf(error, fail);
  }
}

async function* refusing(error: Error): AsyncGenerator<never> {
  yield* [] as never[];
  throw await Promise.resolve(error);
}

function otherName(fail: Fail, name: string): Error {
  const sentence = `The database is called ${name}: say --replace ${name} if all that it holds may go.`;
  return fail('usage', 'other_database', sentence);
}

const OUT_OF_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function failureOf(error: unknown, fail: Fail): unknown {
  if (error instanceof BrokenBackup) return fail('refused', error.fault, error.message);
  if (error instanceof Unrestorable || error instanceof Hindered)
    return fail('refused', error.reason, error.message);
  if (error instanceof Error && 'code' in error && OUT_OF_ROOM.has(String(error.code)))
    return fail('local', 'disk_full', 'There is no room left for it. Nothing of it was kept.');
  if (isLostConnection(error))
    return fail('unreachable', 'unavailable', 'The database was lost on the way.');
  return error;
}
