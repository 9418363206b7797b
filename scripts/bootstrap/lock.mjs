/** A lock file has one holder at a time, and never outlives the process that holds it. */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf, isRunning } from './process-identity.mjs';
import { Interrupted } from './say.mjs';

/** Gives `{ release }`, or `{ holder }` when a living process has it. */
export function tryLock(path) {
  const mine = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const content = JSON.stringify(identityOf(process.pid));
  writeFileSync(mine, content, { mode: 0o600, flag: 'wx' });
  try {
    for (;;) {
      // A link appears with its content complete, or not at all.
      if (linked(mine, path)) return { release: () => release(path, content) };
      const found = read(path);
      if (found === undefined) continue;
      const holder = parse(found);
      if (holder && isRunning(holder)) return { holder };
      setAside(path, found);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Waits for the holder to finish, calling `onWait` once when there is one. */
export async function waitForLock(path, { signal, onWait }) {
  for (let waited = false; ; waited = true) {
    const lock = tryLock(path);
    if (lock.release) return lock;
    if (!waited) onWait?.(lock.holder);
    if (signal?.aborted) throw new Interrupted();
    await pause(100);
  }
}

export function readHolder(path) {
  const text = read(path);
  return text === undefined ? undefined : parse(text);
}

function release(path, content) {
  if (read(path) === content) rmSync(path, { force: true });
}

/** Two starts may both see the same dead holder; the slower one must not remove the winner's new lock. */
function setAside(path, dead) {
  const aside = `${path}.${process.pid}-dead`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== dead) linked(aside, path);
  rmSync(aside, { force: true });
}

function linked(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text) {
  try {
    const { pid, started } = JSON.parse(text);
    return Number.isInteger(pid) && typeof started === 'string' ? { pid, started } : undefined;
  } catch {
    return undefined;
  }
}
