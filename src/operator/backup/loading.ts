/** Copies the rows of an artifact into the tables, in the order of its manifest, and counts that all of them came. */
import { pipeline } from 'node:stream/promises';
import type { Keyring } from '../../crypto/index.ts';
import type { OwnerPostgres } from '../../platform/owner-postgres.ts';
import type { Manifest, Part } from './manifest.ts';
import { BrokenBackup, contentOf } from './reading.ts';
import { JOBS, references, target, type Reference } from './tables.ts';

interface Into {
  readonly postgres: OwnerPostgres;
  readonly ring: Keyring;
}

interface Artifact {
  readonly path: string;
  readonly manifest: Manifest;
}

interface Loaded {
  readonly is: 'loaded';
  readonly name: string;
  readonly rows: number;
}

/** Whose keys they are; no foreign key says so, since keys go before the account does. */
const OWNERS: readonly Reference[] = [
  { child: 'subject_key', column: 'subject_id' },
  { child: 'data_key', column: 'author_id' },
].map(({ child, column }) => ({
  ...{ child, parent: 'account' },
  ...{ columns: ['workspace_id', column], referred: ['workspace_id', 'id'] },
}));

const FORMAT = `FROM STDIN (FORMAT text, ENCODING 'UTF8')`;

/** Everything but the keys. */
export async function* loadTables(into: Into, artifact: Artifact): AsyncGenerator<Loaded> {
  for (const part of artifact.manifest.parts) {
    const { postgres } = into;
    if (part.name === JOBS) await loadJobs(into, artifact, part);
    else await copyIn(into, artifact, part, target(postgres, part.name, part.columns));
    yield { is: 'loaded', name: part.name, rows: part.rows };
  }
}

/**
 * The keys may be newer than the rows: those of channels and accounts that the backup does not have are left out,
 * and those that were destroyed meanwhile are not among them. Keys of workspaces came with the rows; the newer wrapping
 * of one counts, since what wrapped the older one may be gone.
 */
export async function* loadKeys(into: Into, artifact: Artifact): AsyncGenerator<Loaded> {
  const { postgres } = into;
  const all = [...(await references(postgres)), ...OWNERS];
  for (const part of artifact.manifest.parts) {
    const staged = `restored_${part.name}`;
    const table = postgres.identifier(part.name);
    await postgres.run(
      `CREATE TEMPORARY TABLE ${postgres.identifier(staged)} (LIKE public.${table}) ON COMMIT DROP`,
    );
    await copyIn(into, artifact, part, target(postgres, staged, part.columns));
    const names = part.columns.map((name) => postgres.identifier(name));
    const columns = names.join(', ');
    const newer = names.map((name) => `${name} = EXCLUDED.${name}`).join(', ');
    const isThere = all.filter(({ child }) => child === part.name).map(parentIsThere(postgres));
    const rows = await postgres.rows<{ count: number }>(
      `WITH loaded AS (
         INSERT INTO public.${table} (${columns})
         SELECT ${columns} FROM ${postgres.identifier(staged)} c WHERE ${['true', ...isThere].join(' AND ')}
         ON CONFLICT ON CONSTRAINT ${postgres.identifier(`${part.name}_pkey`)} DO UPDATE SET ${newer}
         RETURNING 1)
       SELECT count(*)::int AS count FROM loaded`,
    );
    yield { is: 'loaded', name: part.name, rows: rows[0]?.count ?? 0 };
  }
}

function parentIsThere(postgres: OwnerPostgres) {
  return ({ parent, columns, referred }: Reference): string => {
    const equal = columns.map(
      (column, i) =>
        `p.${postgres.identifier(referred[i] ?? '')} = c.${postgres.identifier(column)}`,
    );
    return `EXISTS (SELECT FROM public.${postgres.identifier(parent)} p WHERE ${equal.join(' AND ')})`;
  };
}

/** Asked for anew: a job that was under way is begun again, and has all its attempts. */
async function loadJobs(into: Into, artifact: Artifact, part: Part): Promise<void> {
  const { postgres } = into;
  await postgres.run(
    `CREATE TEMPORARY TABLE restored_jobs (id bigint, task text, payload json, queue text, run_at timestamptz,
       max_attempts int, key text, priority int, flags jsonb) ON COMMIT DROP`,
  );
  await copyIn(into, artifact, part, target(postgres, 'restored_jobs', part.columns));
  await postgres.rows(
    `SELECT graphile_worker.add_job(task, payload, queue, run_at, max_attempts, key, priority,
       CASE WHEN flags IS NOT NULL THEN ARRAY(SELECT jsonb_object_keys(flags)) END)
     FROM (SELECT * FROM restored_jobs ORDER BY id) j`,
  );
}

async function copyIn(
  { postgres, ring }: Into,
  { path, manifest }: Artifact,
  part: Part,
  into: string,
): Promise<void> {
  const { stream, rows } = postgres.copyIn(`COPY ${into} ${FORMAT}`);
  await pipeline([...contentOf(path, manifest, part, ring), stream]);
  if (rows() === part.rows) return;
  throw new BrokenBackup('damaged', `${part.name} has ${rows()} rows, not ${part.rows}.`);
}
