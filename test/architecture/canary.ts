/** Looks for a text wherever a server leaves something behind: rows, Redis, log lines and the files of the database. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type pg from 'pg';

/** Every spelling in which a text could lie about: as it is, in hex, in base64 at any offset, in a URL. */
export function spellings(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return shifted.slice(offset === 0 ? 0 : 4, -4); // what the neighbours do not change
  });
  const wide = Buffer.from(text, 'utf16le').toString('hex');
  return [...new Set([text, bytes.toString('hex'), wide, encodeURIComponent(text), ...base64])];
}

/** Spellings in lower case, made once: there may be a hundred thousand rows to look through. */
const folded = new Map<string, readonly string[]>();

function foldedSpellings(text: string): readonly string[] {
  const known = folded.get(text) ?? spellings(text).map((spelling) => spelling.toLowerCase());
  folded.set(text, known);
  return known;
}

/** True when any spelling of any of the texts is in it. */
export function betrays(where: string, texts: readonly string[]): boolean {
  const place = where.toLowerCase();
  return texts.some((text) => foldedSpellings(text).some((spelling) => place.includes(spelling)));
}

/** `schema.table` of every row that betrays one of the texts, as whoever asks can see rows. */
export async function inTables(client: pg.ClientBase, texts: readonly string[]): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ whole: string }>(
      `SELECT t::text AS whole FROM ${name} t`,
    );
    found.push(...rows.filter(({ whole }) => betrays(whole, texts)).map(() => name));
  }
  return found;
}

/** Every key of Redis that betrays one of the texts, in its name or its value. */
export async function inRedis(redis: Redis, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', 500);
    for (const key of keys) {
      const value = (await redis.dumpBuffer(key)) as Buffer | null; // it may have expired meanwhile
      if (betrays(`${key} ${value?.toString('latin1') ?? ''}`, texts)) found.push(key);
    }
    cursor = next;
  } while (cursor !== '0');
  return found;
}

const CHUNK = 4 * 1024 * 1024;

/** Every file below the folders, written to since then, that has one of the texts in UTF-8. */
export function inFiles(
  folders: readonly string[],
  since: Date,
  texts: readonly string[],
): { found: string[]; searched: number } {
  const found: string[] = [];
  let searched = 0;
  for (const folder of folders)
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || changedBefore(path, since)) continue;
      searched += 1;
      if (fileHolds(path, texts)) found.push(path);
    }
  return { found, searched };
}

function changedBefore(path: string, since: Date): boolean {
  const stat = statSync(path, { throwIfNoEntry: false }); // Postgres may have removed it meanwhile
  return stat === undefined || stat.mtimeMs < since.getTime() - 1_000;
}

function fileHolds(path: string, texts: readonly string[]): boolean {
  const needles = texts.map((text) => Buffer.from(text));
  const overlap = Math.max(...needles.map(({ length }) => length));
  const chunk = Buffer.alloc(CHUNK + overlap);
  const file = openSync(path, 'r');
  try {
    let kept = 0;
    for (;;) {
      const read = readSync(file, chunk, kept, CHUNK, null);
      if (read === 0) return false;
      const bytes = chunk.subarray(0, kept + read);
      if (needles.some((needle) => bytes.includes(needle))) return true;
      kept = Math.min(overlap, bytes.length);
      bytes.copy(chunk, 0, bytes.length - kept);
    }
  } finally {
    closeSync(file);
  }
}
