/** The embedded Postgres has the library links its package would make by an install script. */
import { lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { StartError } from './say.mjs';

/** `packageFolder` holds `native/`; what is there already is left alone. */
export function hydrate(packageFolder) {
  for (const { source, target } of listed(packageFolder)) {
    const link = join(packageFolder, target);
    if (exists(link)) continue;
    try {
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(link), join(packageFolder, source)), link);
    } catch (error) {
      if (error.code === 'EEXIST') continue;
      throw new StartError(
        `The embedded Postgres lacks the link ${basename(link)} and ${dirname(link)} cannot be written (${error.code}). Make that folder writable once, run "npm rebuild", or set DATABASE_URL.`,
      );
    }
  }
}

function listed(packageFolder) {
  try {
    return JSON.parse(readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function exists(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
