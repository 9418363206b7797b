/** The settings of the server, found where it has them: in the environment, or beside what `npm start` runs here. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../config.ts';

/** Any of these, or one with `_FILE`, says which server is meant; then nothing else is looked at. */
const NAMING = ['DATABASE_URL', 'DATABASE_APP_URL'];
const OTHERS = 0o077;

export interface Whereabouts {
  readonly environment: Environment;
  /** The folder that `npm start` is run in. */
  readonly root: string;
  /** Who asks; null where files have no such owners. */
  readonly uid: number | null;
}

/**
 * The environment if it names a database. Otherwise what `npm start` would make of it here: `.env`, then the
 * environment, then what the start that runs in this folder made itself (scripts/bootstrap/join.mjs writes it for
 * its owner alone). Null when no database is named anywhere. Throws an Error when that file is open to others.
 */
export function serverSettings(whereabouts: Whereabouts): Environment | null {
  return settingSources(whereabouts)?.settings ?? null;
}

export interface SettingSources {
  readonly settings: Environment;
  /** What stands in `.env`, where that was looked at. */
  readonly dotenv: Environment;
  /** What the start that runs in this folder made itself. */
  readonly house: Environment;
}

/** The same, with where they come from. */
export function settingSources({ environment, root, uid }: Whereabouts): SettingSources | null {
  if (namesDatabase(environment)) return { settings: environment, dotenv: {}, house: {} };
  const written = dotenv(join(root, '.env'));
  const given = { ...written, ...environment };
  const state = resolve(root, given['CONCLAVE_STATE_DIR'] || 'var');
  const house = houseIn(join(state, 'run', 'house.json'), uid);
  const settings = { ...given, ...house };
  return namesDatabase(settings) ? { settings, dotenv: written, house } : null;
}

function namesDatabase(environment: Environment): boolean {
  return NAMING.some((name) => environment[name] || environment[`${name}_FILE`]);
}

function dotenv(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

/** Only from a file that nobody else can read or could have put there: it says where the keys are. */
function houseIn(path: string, uid: number | null): Environment {
  const file = opened(path);
  if (file === null) return {};
  try {
    const found = fstatSync(file);
    const own = uid === null || uid === 0 || found.uid === uid;
    if (!found.isFile() || !own || (uid !== null && (found.mode & OTHERS) !== 0))
      throw new Error(`${path} is not a file of yours alone, so it is not used.`);
    const { house } = JSON.parse(readFileSync(file, 'utf8')) as { house?: Environment };
    return house ?? {};
  } finally {
    closeSync(file);
  }
}

function opened(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (gone) return null;
    throw new Error(`${path} cannot be read by this user, or is a link.`, { cause: error });
  }
}
