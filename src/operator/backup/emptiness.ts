/** Whether a database holds anything that a restore would overwrite, and how it comes to hold nothing at all. */
import type { OwnerPostgres } from '../../platform/owner-postgres.ts';
import { LEFT_OUT } from './tables.ts';

export interface DatabaseState {
  /** The first table with rows; null where there is none. */
  readonly filled: string | null;
  /** Connections of other logins: those of nodes. */
  readonly others: number;
}

/** Nodes never connect with the login that owns the tables: they refuse to. */
export async function stateOf(postgres: OwnerPostgres): Promise<DatabaseState> {
  const [connections] = await postgres.rows<{ others: number }>(
    `SELECT count(*)::int AS others FROM pg_stat_activity
      WHERE datname = current_database() AND usename IS NOT NULL AND usename <> current_user`,
  );
  const tables = await postgres.rows<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`,
  );
  const others = connections?.others ?? 0;
  for (const { name } of tables) {
    if (LEFT_OUT.has(name)) continue;
    const asked = `SELECT EXISTS (SELECT FROM public.${postgres.identifier(name)}) AS filled`;
    const [found] = await postgres.rows<{ filled: boolean }>(asked);
    if (found?.filled) return { filled: name, others };
  }
  return { filled: null, others };
}

/** A schema that is newer than the backup has no way back: both are made anew, with the rights that a new database has. */
export async function emptySchemas(postgres: OwnerPostgres): Promise<void> {
  await postgres.during('BEGIN', () =>
    postgres.run(`
      DROP SCHEMA IF EXISTS graphile_worker CASCADE;
      DROP SCHEMA public CASCADE;
      CREATE SCHEMA public AUTHORIZATION pg_database_owner;
      GRANT USAGE ON SCHEMA public TO PUBLIC`),
  );
}
