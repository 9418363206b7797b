/** Checks backups where they lie, without a server: with the root keys every row is opened, without them every byte counted. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BrokenStream, type Keyring } from '../../crypto/index.ts';
import { MANIFEST, type Kind, type Manifest } from './manifest.ts';
import {
  artifactsIn,
  BrokenBackup,
  checkFiles,
  contentOf,
  keysBeside,
  readManifest,
} from './reading.ts';
import { isOurs } from './signature.ts';

export interface CheckOptions {
  /** One artifact, or a folder of backups: then all of it is checked, its keys too. */
  readonly path: string;
  /** The keys, or a folder of them; `keys` in that folder if it is left out. */
  readonly keys?: string | undefined;
  /** Null: what is inside stays sealed. */
  readonly ring: Keyring | null;
  /** Public keys, or ids of keys, that are believed where there is no ring; null: nobody's in particular. */
  readonly trusted: readonly string[] | null;
}

export interface Checked {
  readonly path: string;
  readonly kind: Kind;
  readonly takenAt: string;
  readonly rows: number;
  readonly bytes: number;
  /** `ours` or `given` is who was to have signed it; `unknown` shows only that it is one piece. */
  readonly signedBy: 'ours' | 'given' | 'unknown';
  readonly publicKey: string;
  /** Whether the rows were opened. */
  readonly opened: boolean;
}

/** Oldest first. Throws BrokenBackup at the first that is not whole, or where a restore would find no keys for the newest rows. */
export async function* checkBackups(options: CheckOptions): AsyncGenerator<Checked> {
  const { path, keys = keysBeside(path) } = options;
  if (await isArtifact(path)) {
    yield await checked(path, options);
    return;
  }
  const ofRows = await artifactsIn(path, 'database');
  const ofKeys = (await isArtifact(keys)) ? [keys] : await artifactsIn(keys, 'keys');
  const all = new Set([...ofRows, ...(await artifactsIn(path, 'keys')), ...ofKeys]);
  if (all.size === 0) throw new BrokenBackup('no_backup', `There is no backup in ${path}.`);
  const takenAt = new Map<string | undefined, string>();
  for (const one of all) {
    const found = await checked(one, options);
    takenAt.set(one, found.takenAt);
    yield found;
  }
  const newest = takenAt.get(ofRows.at(-1));
  const itsKeys = takenAt.get(ofKeys.at(-1)) ?? '';
  if (newest !== undefined && itsKeys < newest)
    throw new BrokenBackup(
      'older_keys',
      `${keys} has no keys as new as the rows of ${newest}: they cannot be restored. Name another place with --keys.`,
    );
}

const isArtifact = (path: string): Promise<boolean> =>
  stat(join(path, MANIFEST)).then(
    () => true,
    () => false,
  );

async function checked(path: string, options: CheckOptions): Promise<Checked> {
  const { ring } = options;
  const manifest = await readManifest(path);
  const signedBy = signerOf(path, manifest, options);
  await checkFiles(path, manifest);
  if (ring) await openAll(path, manifest, ring);
  const { kind, takenAt, publicKey, parts } = manifest;
  const sum = (of: 'rows' | 'bytes') => parts.reduce((all, part) => all + part[of], 0);
  const sizes = { rows: sum('rows'), bytes: sum('bytes') };
  return { path, kind, takenAt, ...sizes, signedBy, publicKey, opened: ring !== null };
}

function signerOf(path: string, manifest: Manifest, { ring, trusted }: CheckOptions) {
  if (ring && isOurs(ring, manifest)) return 'ours';
  const { publicKey, key } = manifest;
  if (trusted?.includes(publicKey) === true || trusted?.includes(key) === true) return 'given';
  if (!ring && trusted === null) return 'unknown';
  throw new BrokenBackup('forged', `${path} was signed by somebody else.`);
}

async function openAll(path: string, manifest: Manifest, ring: Keyring): Promise<void> {
  for (const part of manifest.parts) {
    const lines = { count: 0 };
    const count = new Writable({
      write(chunk: Buffer, _encoding, done) {
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines.count += 1;
        done();
      },
    });
    await pipeline([...contentOf(path, manifest, part, ring), count]).catch((error: unknown) => {
      if (!(error instanceof BrokenStream) && !isOfZlib(error)) throw error;
      throw new BrokenBackup('damaged', `${part.name} of ${path} does not open.`);
    });
    // A line break within a value is written as \n: each row is one line (https://www.postgresql.org/docs/current/sql-copy.html).
    if (lines.count !== part.rows)
      throw new BrokenBackup(
        'damaged',
        `${part.name} of ${path} has ${lines.count} rows, not ${part.rows}.`,
      );
  }
}

function isOfZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
