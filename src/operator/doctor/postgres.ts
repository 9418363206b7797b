/** Whether Postgres keeps what the server promises: durable commits, forced isolation, the newest tables, TLS on the way. */
import { failed, ok, warning, type Finding } from './finding.ts';

export interface PostgresFacts {
  /** As `server_version_num` says it, e.g. 180004. */
  readonly version: number;
  readonly fsync: boolean;
  readonly synchronousCommit: string;
  readonly fullPageWrites: boolean;
  /** Of this very connection, e.g. `TLSv1.3`; null where it is not encrypted. */
  readonly tls: string | null;
  /** Tables that have no row level security, or one that does not bind their owner. */
  readonly unforced: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What to ask with, which is a port of src/platform/postgres. */
export interface Statements {
  run<Row extends Record<string, unknown>>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]>;
}

/** What somebody else may read on the way to a service. */
export interface Way {
  readonly isOnThisMachine: boolean;
  /** As SERVICES_NETWORK says. */
  readonly isPrivate: boolean;
}

/** The oldest that has NULLS NOT DISTINCT, which the migrations use (https://www.postgresql.org/docs/15/release-15.html). */
const OLDEST = 15;
const PER_MAJOR = 10_000;
/** Postgres: undefined_table, insufficient_privilege. */
const UNREADABLE = new Set(['42P01', '42501']);

export async function postgresFacts(statements: Statements): Promise<PostgresFacts> {
  type Row = Omit<PostgresFacts, 'now'> & { readonly now: string } & Record<string, unknown>;
  const [row] = await statements.run<Row>(
    'doctor',
    `SELECT current_setting('server_version_num')::int AS version,
       current_setting('fsync') = 'on' AS fsync,
       current_setting('synchronous_commit') AS "synchronousCommit",
       current_setting('full_page_writes') = 'on' AS "fullPageWrites",
       (SELECT s.version FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid() AND s.ssl) AS tls,
       ARRAY(SELECT c.relname::text FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND c.relname <> '_prisma_migrations' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
         ORDER BY 1) AS unforced,
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`,
    [],
  );
  if (!row) throw new Error('Postgres gave no row');
  return { ...row, now: Number(row.now) };
}

/** Names of the migrations that were applied; null where this login cannot see any. */
export async function appliedMigrations(statements: Statements): Promise<readonly string[] | null> {
  try {
    const rows = await statements.run<{ name: string }>(
      'doctor-migrations',
      `SELECT migration_name AS name FROM _prisma_migrations
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
      [],
    );
    return rows.map(({ name }) => name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && UNREADABLE.has(String(error.code)))
      return null;
    throw error;
  }
}

export function judgePostgres(
  facts: PostgresFacts,
  { way, production }: { readonly way: Way; readonly production: boolean },
): readonly Finding[] {
  return [
    judgeVersion(facts),
    judgeDurability(facts, production),
    judgeIsolation(facts),
    judgeWay('postgres-tls', facts.tls, way, production, 'Set DATABASE_TLS to verify'),
  ];
}

function judgeVersion({ version }: PostgresFacts): Finding {
  const major = Math.floor(version / PER_MAJOR);
  const found = `PostgreSQL ${major}.${version % PER_MAJOR}`;
  if (major >= OLDEST) return ok('postgres-version', found);
  return failed('postgres-version', found, `Move to PostgreSQL ${OLDEST} or newer.`);
}

function judgeDurability(facts: PostgresFacts, production: boolean): Finding {
  const off = [
    ...(facts.fsync ? [] : ['fsync']),
    ...(facts.synchronousCommit === 'off' ? ['synchronous_commit'] : []),
    ...(facts.fullPageWrites ? [] : ['full_page_writes']),
  ];
  if (off.length === 0)
    return ok('postgres-durability', 'fsync, synchronous_commit and full_page_writes are on');
  const say = production ? failed : warning;
  return say(
    'postgres-durability',
    `${off.join(' and ')} off: what was acknowledged may not survive a crash`,
    'Switch them on in postgresql.conf.',
  );
}

function judgeIsolation({ unforced }: PostgresFacts): Finding {
  if (unforced.length === 0)
    return ok('postgres-isolation', 'row level security is forced on every table');
  return failed(
    'postgres-isolation',
    `row level security is not forced on ${unforced.join(', ')}`,
    'ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, and find out who took it off.',
  );
}

/** `tls` is how it is encrypted, null for not at all. */
export function judgeWay(
  check: string,
  tls: string | null,
  { isOnThisMachine, isPrivate }: Way,
  production: boolean,
  advice: string,
): Finding {
  if (tls !== null) return ok(check, `encrypted, ${tls}`);
  if (isOnThisMachine) return ok(check, 'not encrypted, and it never leaves this machine');
  if (isPrivate) return ok(check, 'not encrypted, in a network that is said to be private');
  const say = production ? failed : warning;
  return say(
    check,
    'not encrypted on the way to another machine',
    `${advice}, or SERVICES_NETWORK to private where nobody else is on that way.`,
  );
}

/** `wanted` are the migrations of this program, in order; `applied` is null where none can be seen. */
export function judgeMigrations(
  wanted: readonly string[],
  applied: readonly string[] | null,
): Finding {
  const check = 'migrations';
  const advice = 'Run npm run migrate with a login that may create tables.';
  if (applied === null) return failed(check, 'the database is older than this program', advice);
  const missing = wanted.filter((name) => !applied.includes(name));
  if (missing.length > 0) return failed(check, `not applied: ${missing.join(', ')}`, advice);
  const unknown = applied.filter((name) => !wanted.includes(name));
  if (unknown.length === 0) return ok(check, `all ${wanted.length} are applied`);
  return warning(
    check,
    `the database is newer than this program: ${unknown.join(', ')}`,
    'Run the newer version of the server, also for its commands.',
  );
}
