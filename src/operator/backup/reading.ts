/** Reads an artifact: its signature and every hash are checked before anything is believed of it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { derivedRing, openingStream, type Keyring } from '../../crypto/index.ts';
import { fileOf, folderOf, kindOfFolder, MANIFEST, manifestIn } from './manifest.ts';
import type { Kind, Manifest, Part } from './manifest.ts';
import { isWhole } from './signature.ts';
import { namesIn, placeOf } from './writing.ts';

/** It is no backup, or not the one that was made. `fault` stays the same; the message may change. */
export class BrokenBackup extends Error {
  readonly fault: 'no_backup' | 'forged' | 'damaged' | 'older_keys';

  constructor(fault: BrokenBackup['fault'], message: string) {
    super(message);
    this.fault = fault;
  }
}

/** The manifest if it is one, has the name by which its age is told, and is as it was signed. Throws BrokenBackup. */
export async function readManifest(path: string): Promise<Manifest> {
  const text = await readFile(join(path, MANIFEST), 'utf8').catch(() => null);
  if (text === null) throw new BrokenBackup('no_backup', `${path} holds no backup.`);
  const manifest = manifestIn(text);
  if (!manifest)
    throw new BrokenBackup('forged', `The manifest of ${path} is none that this program writes.`);
  if (!isWhole(manifest))
    throw new BrokenBackup('forged', `The manifest of ${path} was changed since it was signed.`);
  const { kind, id } = manifest;
  if (basename(resolve(path)) !== folderOf(kind, id))
    throw new BrokenBackup('forged', `${path} was called ${folderOf(kind, id)} when it was made.`);
  return manifest;
}

/** Every file is there, and is what the manifest says. `read` hears of bytes. Throws BrokenBackup. */
export async function checkFiles(
  path: string,
  { parts }: Manifest,
  read: (part: Part) => void = () => undefined,
): Promise<void> {
  for (const part of parts) {
    const file = join(path, fileOf(part.name));
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) throw new BrokenBackup('damaged', `${file} is missing.`);
    const wrong = `${file} is not the file that was written.`;
    if (found.size !== part.bytes) throw new BrokenBackup('damaged', wrong);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    if (hash.digest('hex') !== part.sha256) throw new BrokenBackup('damaged', wrong);
    read(part);
  }
}

/** The rows of a part as they were copied; fails with BrokenStream or an error of zlib when it is not what was sealed. */
export function contentOf(
  path: string,
  { kind, id, rootKey }: Manifest,
  { name }: Part,
  ring: Keyring,
): readonly [Readable, ...NodeJS.ReadWriteStream[]] {
  const key = derivedRing(ring, 'backup').key(rootKey);
  return [
    createReadStream(join(path, fileOf(name))),
    openingStream(key, placeOf(kind, id, name)),
    createGunzip(),
  ];
}

/** Folders of finished artifacts, oldest first. */
export async function artifactsIn(folder: string, kind: Kind): Promise<readonly string[]> {
  const names = (await namesIn(folder)).filter((name) => kindOfFolder(name) === kind);
  return names.map((name) => join(folder, name));
}

/** `path` if it is an artifact, else the newest of that kind in it; null when there is none. */
export async function artifactAt(path: string, kind: Kind): Promise<string | null> {
  const isOne = await stat(join(path, MANIFEST)).catch(() => null);
  return isOne ? path : ((await artifactsIn(path, kind)).at(-1) ?? null);
}

/** Where the keys of a backup are when nothing else is told. */
export const keysBeside = (folder: string): string => join(folder, 'keys');
