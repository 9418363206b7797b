/** A lock file has one holder at a time, and never outlives the process that holds it. */
import { createHash, randomBytes } from 'node:crypto';
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
      if (takenOver(path, mine, found)) return { release: () => release(path, content) };
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

/**
 * Many may find the same dead holder. Who replaces it must hold the lock of doing so, which is named after what is
 * replaced: nobody else can change that content meanwhile, and who comes later finds another one.
 */
function takenOver(path, mine, dead) {
  const claim = tryLock(`${path}.${createHash('sha256').update(dead).digest('hex').slice(0, 16)}`);
  if (!claim.release) return false;
  try {
    if (read(path) !== dead) return false;
    renameSync(mine, path);
    return true;
  } finally {
    claim.release();
  }
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
