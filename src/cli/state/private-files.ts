/** Files that only their owner can read: written whole or not at all, and not used when anybody else can read them. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { inTheWay } from '../failure.ts';
import type { Machine } from '../surroundings.ts';

/** Ends the names of files that are not finished; one that a crash left is swept away by `sweep`. */
export const UNFINISHED = '.unfinished';

const OTHERS = 0o077;

/** Makes the folder, and those above it that are missing, for their owner alone. Refuses one that others can enter. */
export function privateFolder(path: string, { uid }: Pick<Machine, 'uid'>): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (!found.isDirectory()) throw inTheWay('state_not_private', `${path} is not a folder.`);
  refuseForeign(path, found, uid);
  if (uid !== null && (found.mode & OTHERS) !== 0)
    throw inTheWay(
      'state_not_private',
      `Others can enter ${path} (mode ${modeOf(found)}), so it is not used. Close it with: chmod 700 ${path}`,
    );
  return path;
}

/** The text of the file, or null if there is none. Throws Failure if it is not its reader's alone. */
export function readPrivate(path: string, { uid }: Pick<Machine, 'uid'>): string | null {
  const file = opened(path);
  if (file === null) return null;
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw inTheWay('state_not_private', `${path} is not a file.`);
    refuseForeign(path, found, uid);
    if (uid !== null && (found.mode & OTHERS) !== 0)
      throw inTheWay(
        'state_not_private',
        `Others can read ${path} (mode ${modeOf(found)}), so it is not used. If nobody did, close it with: chmod 600 ${path}`,
      );
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** Replaces the file in one step: whoever reads finds the old text or the new one, also after a crash. */
export function writePrivate(path: string, text: string): void {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}${UNFINISHED}`;
  try {
    const file = openSync(unfinished, 'wx', 0o600);
    try {
      for (let rest = Buffer.from(text); rest.length > 0;)
        rest = rest.subarray(writeSync(file, rest));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** True if there was one. */
export function removePrivate(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}

/** A link in its place could lead anywhere, so none is followed. */
function opened(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    if (codeOf(error) === 'ELOOP')
      throw inTheWay('state_not_private', `${path} is a link, so it is not used.`);
    throw error;
  }
}

/** The name in the folder is safe from a crash only when the folder is; some systems cannot sync one. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, constants.O_RDONLY);
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // The text itself is on the disk.
  }
}

function refuseForeign(path: string, found: Stats, uid: number | null): void {
  if (uid !== null && found.uid !== uid)
    throw inTheWay('state_not_private', `${path} belongs to somebody else, so it is not used.`);
}

function modeOf({ mode }: Stats): string {
  return (mode & 0o777).toString(8);
}
