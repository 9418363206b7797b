/** What a backup says of itself; read strictly, since whoever can write the folder can write anything there. */
import { z } from 'zod';

/** Of the name of a folder: the time in UTC to the millisecond, so that names sort by age, and six random characters. */
const ID = /^\d{8}T\d{9}Z-[0-9a-f]{6}$/;
const SHA256 = z.string().regex(/^[0-9a-f]{64}$/);

const part = z.strictObject({
  /** A table, or `jobs`. */
  name: z.string().regex(/^[a-z_][a-z0-9_]*$/),
  /** In the order of the rows' fields. */
  columns: z.array(z.string().min(1)).min(1),
  rows: z.int().nonnegative(),
  /** Of the sealed file. */
  bytes: z.int().positive(),
  sha256: SHA256,
});

const shape = z.strictObject({
  format: z.literal(1),
  /** Everything but the wrapped keys, or the wrapped keys alone. */
  kind: z.enum(['database', 'keys']),
  id: z.string().regex(ID),
  /** When the snapshot was taken: rows committed after it are not in there. */
  takenAt: z.iso.datetime(),
  /** Where the write-ahead log of the database was then. */
  walLsn: z.string(),
  server: z.string(),
  postgres: z.string(),
  /** Applied to the database, in order; a restore makes the same schema first. */
  migrations: z.array(z.strictObject({ name: z.string(), checksum: z.string() })).min(1),
  /** Up to where ledgers outside the database were followed, by their name. */
  heads: z.record(z.string(), z.strictObject({ seq: z.int().nonnegative(), hash: z.string() })),
  /** In the order in which they are to be loaded. */
  parts: z.array(part).min(1),
  sequences: z.array(z.strictObject({ name: z.string(), value: z.string().nullable() })),
  rootKey: z.string().min(1),
  publicKey: z.string(),
  key: z.string(),
  signature: z.string(),
});

export type Manifest = z.infer<typeof shape>;
export type Part = z.infer<typeof part>;
export type Kind = Manifest['kind'];

/** Null when it is none of this format. */
export function manifestIn(text: string): Manifest | null {
  try {
    const { data } = shape.safeParse(JSON.parse(text));
    const names = new Set(data?.parts.map(({ name }) => name));
    return data && names.size === data.parts.length ? data : null;
  } catch {
    return null; // no JSON
  }
}

/** Names of folders: they tell age and kind without being opened. */
export const folderOf = (kind: Kind, id: string): string =>
  kind === 'keys' ? `conclave-${id}-keys` : `conclave-${id}`;

const FOLDER = /^conclave-(?<id>\d{8}T\d{9}Z-[0-9a-f]{6})(?<keys>-keys)?$/;

/** Null for a folder that is called otherwise. */
export function kindOfFolder(name: string): Kind | null {
  const found = FOLDER.exec(name);
  return found && (found.groups?.['keys'] === undefined ? 'database' : 'keys');
}

export const MANIFEST = 'manifest.json';
export const fileOf = (part: string): string => `${part}.sealed`;
