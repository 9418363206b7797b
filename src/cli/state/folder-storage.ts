/** Texts under keys as private files in one folder: what was written is there after a crash. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Storage } from '../../client/index.ts';
import type { Machine } from '../surroundings.ts';
import {
  privateFolder,
  readPrivate,
  removePrivate,
  UNFINISHED,
  writePrivate,
} from './private-files.ts';

const ENDING = '.json';
/** An unfinished file of this age is nobody's any more. */
const LEFTOVER_MS = 60 * 60 * 1_000;

/** The folder is made when something is first written; a failure of the disk rejects. */
export function folderStorage(folder: string, machine: Pick<Machine, 'uid'>): Storage {
  const pathOf = (key: string) => join(folder, encodeURIComponent(key) + ENDING);
  return {
    read: (key) => attempt(() => readPrivate(pathOf(key), machine)),
    write: (key, value) =>
      attempt(() => {
        privateFolder(folder, machine);
        writePrivate(pathOf(key), value);
      }),
    remove: (key) => attempt(() => void removePrivate(pathOf(key))),
    keys: (prefix) =>
      attempt(() =>
        namesIn(folder)
          .filter((name) => name.endsWith(ENDING))
          .map((name) => decodeURIComponent(name.slice(0, -ENDING.length)))
          .filter((key) => key.startsWith(prefix)),
      ),
  };
}

/** Removes what a crash left unfinished long ago. */
export function sweep(folder: string, { now }: Pick<Machine, 'now'>): void {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    if (!name.endsWith(UNFINISHED)) continue;
    const age = now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
    if (age > LEFTOVER_MS) rmSync(path, { force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function attempt<T>(act: () => T): Promise<T> {
  return new Promise((resolve) => resolve(act()));
}
