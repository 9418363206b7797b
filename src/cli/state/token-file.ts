/** The tokens of a session on disk, shared by the processes of one profile: none undoes what another one did. */
import { join } from 'node:path';
import type { Storage } from '../../client/index.ts';
import { inTheWay } from '../failure.ts';
import type { Machine } from '../surroundings.ts';
import type { FileLock } from './file-lock.ts';
import { privateFolder, readPrivate, removePrivate, writePrivate } from './private-files.ts';

/** For a step that takes milliseconds. */
const PATIENCE_MS = 5_000;

/**
 * The `tokens` of one client. A session that this client began replaces what is there. A session that it renews is
 * written only where it still is the one on disk: meanwhile another process may have signed out, or in.
 */
export function tokenFile(folder: string, lock: FileLock, machine: Pick<Machine, 'uid'>): Storage {
  /** The session that this client took up or began. */
  let own: string | null = null;
  const pathOf = (key: string) => join(folder, `${encodeURIComponent(key)}.json`);
  const onDisk = (key: string) => {
    const text = readPrivate(pathOf(key), machine);
    return text === null ? null : { text, sessionId: sessionOf(text, pathOf(key)) };
  };
  const locked = (work: () => void) =>
    lock.hold(PATIENCE_MS, async () => {
      work();
      return Promise.resolve();
    });

  return {
    read: (key) =>
      new Promise((resolve) => {
        const found = onDisk(key);
        own ??= found?.sessionId ?? null;
        resolve(found !== null && found.sessionId === own ? found.text : null);
      }),
    async write(key, value) {
      privateFolder(folder, machine);
      await locked(() => {
        const sessionId = sessionOf(value, 'The session');
        if (sessionId === own && onDisk(key)?.sessionId !== own) return;
        writePrivate(pathOf(key), value);
        own = sessionId;
      });
    },
    async remove(key) {
      privateFolder(folder, machine);
      await locked(() => {
        if (onDisk(key)?.sessionId === own) removePrivate(pathOf(key));
        own = null;
      });
    },
    keys: () => Promise.resolve([]),
  };
}

function sessionOf(text: string, what: string): string {
  try {
    const { sessionId } = JSON.parse(text) as { sessionId?: unknown };
    if (typeof sessionId === 'string') return sessionId;
  } catch {
    // Said below.
  }
  throw inTheWay('state_damaged', `${what} is damaged. Remove it and sign in again.`);
}
