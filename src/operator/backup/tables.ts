/** Which rows a backup is made of, asked of the database itself: a table that is added later is in it without a line here. */
import type { OwnerPostgres } from '../../platform/owner-postgres.ts';

/** The wrapped keys have an artifact of their own, so that destroying a key also reaches the backups. */
const KEYS: ReadonlySet<string> = new Set(['workspace_key', 'subject_key', 'data_key']);
/**
 * Goes with the rows as well: rows name the versions that they are sealed under, and newer keys lack those that were
 * retired since. No erasure destroys one, and without the keys of people and channels none opens what people wrote.
 */
const OF_ALL = 'workspace_key';

/** What stays behind, and why; every other table is copied. */
export const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['_prisma_migrations', 'the manifest names them, and the restore applies them'],
  ['control_event', 'it is of the transactions of one database, and of its last hour'],
  ['mail', 'whoever is still to be written to by then asks again'],
]);

/** The queue belongs to its library, whose tables change with its versions: what it is asked for is copied instead. */
export const JOBS = 'jobs';
const JOB_COLUMNS = [
  ...['id', 'task', 'payload', 'queue', 'run_at', 'max_attempts', 'key', 'priority', 'flags'],
];
const JOB_ROWS = `SELECT j.id, t.identifier AS task, j.payload, q.queue_name AS queue, j.run_at, j.max_attempts,
    j.key, j.priority, j.flags
  FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
  LEFT JOIN graphile_worker._private_job_queues q ON q.id = j.job_queue_id
  WHERE j.attempts < j.max_attempts ORDER BY j.id`;

export interface Copied {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isOfKeys: boolean;
  /** About how much there is, for whoever waits. */
  readonly bytes: number;
}

export interface Reference {
  readonly child: string;
  readonly parent: string;
  /** The columns that refer, and those referred to, in the same order. */
  readonly columns: readonly string[];
  readonly referred: readonly string[];
}

/** In an order in which each table comes after those that its rows refer to; the jobs come last. One comes twice. */
export async function copiedTables(postgres: OwnerPostgres): Promise<readonly Copied[]> {
  const found = await postgres.rows<{ name: string; columns: string[]; bytes: string }>(
    `SELECT c.relname AS name, pg_table_size(c.oid)::text AS bytes,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
     FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     ORDER BY c.relname`,
  );
  const tables = found
    .filter(({ name }) => !LEFT_OUT.has(name))
    .map(({ name, columns, bytes }) => ({ name, columns, bytes: Number(bytes) }));
  const all = inOrder(tables, await references(postgres));
  const copied = all.flatMap((table) => [
    ...(table.name === OF_ALL ? [{ ...table, isOfKeys: false }] : []),
    { ...table, isOfKeys: KEYS.has(table.name) },
  ]);
  return [...copied, { name: JOBS, columns: JOB_COLUMNS, isOfKeys: false, bytes: 0 }];
}

/** Every foreign key between tables of the server. */
export function references(postgres: OwnerPostgres): Promise<readonly Reference[]> {
  return postgres.rows<{ child: string; parent: string; columns: string[]; referred: string[] }>(
    `SELECT child.relname AS child, parent.relname AS parent,
       (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(f.conkey) WITH ORDINALITY k (number, place)
         JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number) AS columns,
       (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(f.confkey) WITH ORDINALITY k (number, place)
         JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number) AS referred
     FROM pg_constraint f
     JOIN pg_class child ON child.oid = f.conrelid JOIN pg_class parent ON parent.oid = f.confrelid
     WHERE f.contype = 'f' AND child.relnamespace = 'public'::regnamespace
     ORDER BY 1, f.conname`,
  );
}

/** What `COPY … TO STDOUT` gives of it. */
export function copyingOut(postgres: OwnerPostgres, { name, columns }: Copied): string {
  const rows = name === JOBS ? `(${JOB_ROWS})` : target(postgres, name, columns);
  return `COPY ${rows} TO STDOUT (FORMAT text, ENCODING 'UTF8')`;
}

export function target(postgres: OwnerPostgres, name: string, columns: readonly string[]): string {
  return `${postgres.identifier(name)} (${columns.map((c) => postgres.identifier(c)).join(', ')})`;
}

/** A row that refers to one of its own table is no hindrance: such references are checked when the COPY ends. */
function inOrder<T extends { readonly name: string }>(
  tables: readonly T[],
  all: readonly Reference[],
): readonly T[] {
  const sorted: T[] = [];
  const placed = new Set<string>();
  const known = new Set(tables.map(({ name }) => name));
  const waitsFor = ({ name }: T) =>
    all.some(
      ({ child, parent }) =>
        child === name && parent !== name && known.has(parent) && !placed.has(parent),
    );
  while (sorted.length < tables.length) {
    const next = tables.filter((table) => !placed.has(table.name) && !waitsFor(table));
    if (next.length === 0) {
      const left = tables.filter(({ name }) => !placed.has(name)).map(({ name }) => name);
      throw new Error(`tables refer to each other in a circle: ${left.join(', ')}`);
    }
    for (const table of next) {
      sorted.push(table);
      placed.add(table.name);
    }
  }
  return sorted;
}
