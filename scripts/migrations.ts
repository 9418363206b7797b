/** Applies prisma/migrations in order, once each, with Prisma's own engine and ledger, but without its download. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import { Logger, makeWorkerUtils } from 'graphile-worker';
import pg from 'pg';
import { appLogin, jobsLogin } from '../src/config.ts';
import { Secret } from '../src/kernel/index.ts';
import {
  connectionTo,
  type Authorities,
  type ConnectionTo,
} from '../src/platform/postgres/connection.ts';

export { appUrl } from '../src/config.ts';

const prismaFolder = join(import.meta.dirname, '..', 'prisma');
/** The part of the standard WebAssembly interface used here; Node's own types leave it to the browser's. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

/** Any number that no other user of the database locks: two nodes that start together migrate one after the other. */
const MIGRATION_LOCK = 4_711_021;
/** The rights of the server (see the isolation migration), and the owners of the look-up functions and of the job queue. */
const GROUPS = ['conclave_app', 'conclave_lookup', 'conclave_jobs'];

/**
 * Migrates and makes sure that the server's login exists with the given password.
 * Returns the names of the migrations that were applied now. Safe to run from several processes at once. `only` are the
 * names to stop at, for a backup whose rows are of an older schema.
 */
export async function migrate(
  url: string,
  appPassword: string,
  tls: Authorities | null = null,
  only: readonly string[] | null = null,
): Promise<string[]> {
  const connection = connectionTo(new Secret(url), tls);
  const client = new pg.Client({ ...connection });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    for (const group of GROUPS) await ensureRole(client, group, 'NOLOGIN');
    await installQueue(client, connection);
    const applied = await applyMigrations(connection, only ?? migrationNames());
    await ensureLogins(client, url, appPassword);
    return applied;
  } finally {
    await client.end();
  }
}

/** The logins of the server and of its jobs for the database of `url`, with all that they may do and this password. */
export async function ensureLogins(
  client: pg.Client,
  url: string,
  appPassword: string,
): Promise<void> {
  const password = client.escapeLiteral(appPassword);
  for (const [login, group] of [
    [appLogin(url), 'conclave_app'],
    [jobsLogin(url), 'conclave_jobs'],
  ] as const) {
    await ensureRole(client, login, 'LOGIN');
    await client.query(
      `ALTER ROLE ${client.escapeIdentifier(login)} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD ${password}`,
    );
    await client.query(`GRANT ${group} TO ${client.escapeIdentifier(login)}`);
  }
}

/** SHA-256 of each migration, as Prisma's ledger has it. */
export function migrationChecksums(): ReadonlyMap<string, string> {
  const sum = (name: string) => createHash('sha256').update(scriptOf(name)).digest('hex');
  return new Map(migrationNames().map((name) => [name, sum(name)]));
}

async function ensureRole(client: pg.Client, name: string, kind: 'LOGIN' | 'NOLOGIN') {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  const role = client.escapeIdentifier(name);
  if (rowCount === 0) await client.query(`CREATE ROLE ${role} ${kind}`);
  // A migrating login that is no superuser must be a member to hand functions over.
  if (kind === 'NOLOGIN')
    await client.query(
      `DO $$ BEGIN IF NOT pg_has_role(current_user, '${name}', 'MEMBER') THEN GRANT ${role} TO CURRENT_USER; END IF; END $$`,
    );
}

/** The queue's schema, which its own group owns: row level security there keeps out everybody else. */
async function installQueue(client: pg.Client, connection: ConnectionTo): Promise<void> {
  const database = client.escapeIdentifier(client.database ?? '');
  await client.query(`GRANT CREATE ON DATABASE ${database} TO conclave_jobs`);
  const pgPool = new pg.Pool({ ...connection, max: 1, options: '-c role=conclave_jobs' });
  pgPool.on('error', () => undefined);
  pgPool.on('connect', (one) => one.on('error', () => undefined));
  try {
    const logger = new Logger(() => () => undefined);
    const queue = await makeWorkerUtils({ pgPool, logger });
    await queue.migrate();
    await queue.release();
  } finally {
    await pgPool.end();
    await client.query(`REVOKE CREATE ON DATABASE ${database} FROM conclave_jobs`);
  }
}

async function applyMigrations(
  connection: ConnectionTo,
  names: readonly string[],
): Promise<string[]> {
  await (loaded ??= load());
  const pool = new pg.Pool({ ...connection });
  const schemaEngine = await engine.SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(wholeScripts(new PrismaPg(pool), pool)),
  );
  try {
    return await applyWith(schemaEngine, names);
  } finally {
    schemaEngine.free();
    await pool.end();
  }
}

const folder = join(prismaFolder, 'migrations');
const scriptOf = (name: string) => readFileSync(join(folder, name, 'migration.sql'), 'utf8');

function migrationNames(): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function applyWith(
  schemaEngine: engine.SchemaEngine,
  names: readonly string[],
): Promise<string[]> {
  const { appliedMigrationNames } = await schemaEngine.applyMigrations({
    filters: { externalTables: [], externalEnums: [] },
    migrationsList: {
      baseDir: folder,
      lockfile: {
        path: 'migration_lock.toml',
        content: readFileSync(join(folder, 'migration_lock.toml'), 'utf8'),
      },
      shadowDbInitScript: '',
      migrationDirectories: names.map((name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok', value: scriptOf(name) },
        },
      })),
    },
  });
  return appliedMigrationNames;
}

/** Once per process: the bindings know one memory, and a second one would be read by the calls of the first. */
let loaded: Promise<void> | null = null;

async function load(): Promise<void> {
  const wasm = createRequire(import.meta.url).resolve(
    '@prisma/schema-engine-wasm/schema_engine_bg',
  );
  const bytes = readFileSync(wasm.replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engine });
  const { exports } = instance;
  // Where the engine leaves the reason before it panics; without it the reason is lost.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(reason: string) {
        throw new Error(`The schema engine stopped: ${reason}`);
      },
    },
  });
  (engine as unknown as { __wbg_set_wasm(exports: unknown): void }).__wbg_set_wasm(exports);
  (exports['__wbindgen_start'] as () => void)();
}

/** The adapter's own script runner splits at every semicolon, also inside a function's body; Postgres does not. */
function wholeScripts(factory: PrismaPg, pool: pg.Pool): SqlMigrationAwareDriverAdapterFactory {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (script) => {
      await pool.query(script);
    };
    return adapter;
  };
  return factory;
}
