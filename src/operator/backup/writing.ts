/** Writes one artifact: until everything is on the disk, it stands under a name that nobody takes for a backup. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { derivedRing, sealingStream, type Keyring } from '../../crypto/index.ts';
import { fileOf, folderOf, MANIFEST, type Kind, type Manifest, type Part } from './manifest.ts';
import { signed, type Signed } from './signature.ts';

/** Fast is enough: most of a row is sealed already and does not shrink. */
const GZIP_LEVEL = 1;
/** A new file for its owner alone, on the disk when it is closed. */
const DURABLY = { flags: 'wx', mode: 0o600, flush: true } as const;
const UNFINISHED = /^\.conclave-.*\.unfinished$/;

/** What is copied, and how often it was. */
export interface Source {
  readonly stream: Readable;
  readonly count: () => Promise<number>;
}

export interface Artifact {
  /** Copies one part; gives what the manifest says of it. `copied` hears of plain bytes. */
  add(
    about: Pick<Part, 'name' | 'columns'>,
    source: Source,
    copied: (bytes: number) => void,
  ): Promise<Part>;
  /** From then on it is a backup. Gives where it is. */
  finish(about: Omit<Manifest, keyof Signed | 'kind' | 'id' | 'format' | 'parts'>): Promise<string>;
  /** Leaves nothing of it. */
  discard(): Promise<void>;
}

/** Begins an artifact in `folder`, which is made for its owner alone where there is none. */
export async function beginArtifact(
  folder: string,
  { kind, id, ring }: { readonly kind: Kind; readonly id: string; readonly ring: Keyring },
): Promise<Artifact> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = join(folder, `.${folderOf(kind, id)}.unfinished`);
  await mkdir(unfinished, { mode: 0o700 });
  const key = derivedRing(ring, 'backup').key(ring.current);
  const parts: Part[] = [];

  return {
    async add({ name, columns }, { stream, count }, copied) {
      const hash = createHash('sha256');
      let bytes = 0;
      const plain = counted((chunk) => copied(chunk.length));
      const sealed = counted((chunk) => {
        hash.update(chunk);
        bytes += chunk.length;
      });
      await pipeline(
        stream,
        plain,
        createGzip({ level: GZIP_LEVEL }),
        sealingStream(key, placeOf(kind, id, name)),
        sealed,
        createWriteStream(join(unfinished, fileOf(name)), DURABLY),
      );
      const part = { name, columns, rows: await count(), bytes, sha256: hash.digest('hex') };
      parts.push(part);
      return part;
    },
    async finish(about) {
      const document = signed(ring, { format: 1, kind, id, ...about, parts } as const);
      const text = JSON.stringify(document satisfies Manifest, null, 2);
      const { flags: flag, ...durably } = DURABLY;
      await writeFile(join(unfinished, MANIFEST), `${text}\n`, { flag, ...durably });
      await syncFolder(unfinished);
      const path = join(folder, folderOf(kind, id));
      await rename(unfinished, path);
      await syncFolder(folder);
      return path;
    },
    discard: () => rm(unfinished, { recursive: true, force: true }),
  };
}

/** Bound to every piece of a sealed file: moved to another backup or another name, it does not open. */
export function placeOf(kind: Kind, id: string, part: string): readonly string[] {
  return ['backup', kind, id, part];
}

/** Removes what backups left that were killed. Only for whoever knows that none is under way there. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await namesIn(folder))
    if (UNFINISHED.test(name)) await rm(join(folder, name), { recursive: true, force: true });
}

/** None where there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function counted(hear: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hear(chunk);
      done(null, chunk);
    },
  });
}

/** A name is on the disk when its folder is (fsync(2)). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
