/** What is kept of one person on this machine, a folder for each of their servers; nobody else can read any of it. */
import { isAbsolute, join } from 'node:path';
import type { Alone, Storage } from '../../client/index.ts';
import { misused } from '../failure.ts';
import type { Machine, Surroundings } from '../surroundings.ts';
import { FileLock } from './file-lock.ts';
import { folderStorage, sweep } from './folder-storage.ts';
import { privateFolder, readPrivate, writePrivate } from './private-files.ts';
import { tokenFile } from './token-file.ts';

const NAME = /^[a-z0-9][a-z0-9._-]{0,31}$/i;
/** A refresh waits for that of another process for so long; then it is put off. */
const TURN_MS = 10_000;

export interface Profile {
  readonly name: string;
  /** The server that was used last; null in a new profile. */
  server(): string | null;
  rememberServer(address: string): void;
  at(address: string): ServerState;
}

export interface ServerState {
  readonly tokens: Storage;
  /** What tells the server that this machine was used before; stays after signing out. */
  readonly device: Storage;
  /** Lets one process of this profile refresh at a time. */
  readonly alone: Alone;
  readonly drafts: Storage;
}

/** Throws Failure when the name is none, or the place is not private. */
export function openProfile(name: string, surroundings: Surroundings): Profile {
  if (!NAME.test(name))
    throw misused(
      'The name of a profile is up to 32 letters, digits, dots, dashes and underlines.',
    );
  const { machine } = surroundings;
  const folder = join(privateFolder(placeOf(surroundings), machine), name.toLowerCase());
  privateFolder(folder, machine);
  const own = join(folder, 'profile.json');
  return {
    name,
    server: () => serverIn(readPrivate(own, machine)),
    rememberServer(server) {
      writePrivate(own, JSON.stringify({ server }));
    },
    at: (address) => stateAt(join(folder, encodeURIComponent(address)), machine),
  };
}

function stateAt(folder: string, machine: Machine): ServerState {
  privateFolder(folder, machine);
  const drafts = join(folder, 'outbox');
  for (const place of [folder, drafts]) sweep(place, machine);
  const turns = new FileLock(join(folder, 'refresh.lock'), machine);
  const writing = new FileLock(join(folder, 'session.lock'), machine);
  return {
    tokens: tokenFile(folder, writing, machine),
    device: folderStorage(folder, machine),
    alone: (work) => turns.hold(TURN_MS, work),
    drafts: folderStorage(drafts, machine),
  };
}

/** `CONCLAVE_HOME`, or `conclave` in the place for state of the XDG Base Directory Specification 0.8. */
function placeOf({ environment, home }: Surroundings): string {
  const { CONCLAVE_HOME: own, XDG_STATE_HOME: state } = environment;
  if (own) return own;
  // "All paths must be absolute. If an implementation encounters a relative path, it should ignore it."
  return join(state && isAbsolute(state) ? state : join(home, '.local', 'state'), 'conclave');
}

function serverIn(text: string | null): string | null {
  try {
    const { server } = JSON.parse(text ?? '{}') as { server?: unknown };
    return typeof server === 'string' ? server : null;
  } catch {
    return null;
  }
}
