/** The models of prisma/schema as columns, and the columns of a database as Postgres has them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';

const FOLDER = join(import.meta.dirname, '..', '..', 'prisma', 'schema');
/** What Prisma's types are in Postgres; a type that is not here has to be added with care. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['String @db.Uuid', 'uuid'],
  ['String', 'text'],
  ['String[]', 'text[]'],
  ['Int', 'integer'],
  ['BigInt', 'bigint'],
  ['Bytes', 'bytea'],
  ['Bytes[]', 'bytea[]'],
  ['Json', 'jsonb'],
  ['Boolean', 'boolean'],
  ['DateTime @db.Date', 'date'],
  ['DateTime @db.Timestamptz(3)', 'timestamp(3) with time zone'],
]);

/** Every column that a model declares, as `table.column type [null]`, and every key as `table (columns)`. */
export function declared(): { columns: string[]; keys: string[] } {
  const columns: string[] = [];
  const keys: string[] = [];
  for (const file of readdirSync(FOLDER).sort()) {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    for (const [, , body = ''] of text.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)) {
      const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? '?';
      const fields = new Map<string, string>();
      for (const line of body.split('\n')) {
        const [, field = '', type = '', optional = '', rest = ''] =
          /^ {2}(\w+)\s+(\w+(?:\[\])?)(\??)(.*)$/.exec(line) ?? [];
        if (field === '') continue;
        const column = /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field;
        const native = /@db\.\S+/.exec(rest)?.[0];
        const known = TYPES.get(native === undefined ? type : `${type} ${native}`);
        columns.push(`${table}.${column} ${known ?? `? ${line.trim()}`}${optional && ' null'}`);
        fields.set(field, column);
        if (/@id\b/.test(rest)) keys.push(`${table} (${column})`);
      }
      const key = /@@id\(\[([^\]]+)\]\)/.exec(body)?.[1]?.split(/,\s*/);
      if (key) keys.push(`${table} (${key.map((field) => fields.get(field)).join(', ')})`);
    }
  }
  return { columns: columns.sort(), keys: keys.sort() };
}

/** The same of a database. */
export async function present(client: pg.Client): Promise<{ columns: string[]; keys: string[] }> {
  const where = `c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'`;
  const columns = await client.query<{ name: string }>(
    `SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || CASE WHEN a.attnotnull THEN '' ELSE ' null' END AS name
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE ${where} AND a.attnum > 0 AND NOT a.attisdropped`,
  );
  const keys = await client.query<{ name: string }>(
    `SELECT c.relname || ' (' || string_agg(a.attname, ', ' ORDER BY k.place) || ')' AS name
      FROM pg_class c JOIN pg_constraint p ON p.conrelid = c.oid AND p.contype = 'p',
        unnest(p.conkey) WITH ORDINALITY AS k(number, place), pg_attribute a
      WHERE ${where} AND a.attrelid = c.oid AND a.attnum = k.number GROUP BY c.relname`,
  );
  const sorted = ({ rows }: pg.QueryResult<{ name: string }>) =>
    rows.map(({ name }) => name).sort();
  return { columns: sorted(columns), keys: sorted(keys) };
}
