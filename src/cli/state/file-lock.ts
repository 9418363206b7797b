/** A lock that one process holds at a time; it never outlives its holder, however that one ends. */
import { createHash, randomBytes } from 'node:crypto';
import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { inTheWay } from '../failure.ts';
import type { Machine } from '../surroundings.ts';
import { codeOf, UNFINISHED } from './private-files.ts';

/** The holder says so often that it lives. */
const BEAT_MS = 2_000;
/** A holder that said nothing for so long is taken to be gone, or to stand still: ten beats. */
const DEAD_MS = 20_000;
/** Between two looks at a lock that somebody else holds. */
const LOOK_MS = 25;

interface Holder {
  readonly pid: number;
  readonly host: string;
}

export class FileLock {
  readonly #path: string;
  readonly #machine: Machine;

  constructor(path: string, machine: Machine) {
    this.#path = path;
    this.#machine = machine;
  }

  /** Runs the work while nobody else runs any under this lock. Throws Failure `busy` if it is not free in time. */
  async hold<T>(patienceMs: number, work: () => Promise<T>): Promise<T> {
    const content = await this.#acquire(patienceMs);
    const beat = setInterval(() => this.#beat(content), BEAT_MS);
    beat.unref();
    try {
      return await work();
    } finally {
      clearInterval(beat);
      if (this.#read(this.#path) === content) rmSync(this.#path, { force: true });
    }
  }

  async #acquire(patienceMs: number): Promise<string> {
    const { pid, host } = this.#machine;
    const key = randomBytes(6).toString('hex');
    const content = JSON.stringify({ pid, host, key });
    const mine = `${this.#path}.${key}${UNFINISHED}`;
    writeFileSync(mine, content, { mode: 0o600, flag: 'wx' });
    try {
      for (let waited = 0; ; waited += LOOK_MS) {
        // A link appears with its content complete, or not at all.
        if (linked(mine, this.#path)) return content;
        const found = this.#read(this.#path);
        if (found !== null && this.#isDead(this.#path, found) && this.#replace(mine, found)) {
          await pause(LOOK_MS);
          if (this.#read(this.#path) === content) return content;
        }
        if (waited >= patienceMs) throw this.#busy(found);
        await pause(LOOK_MS);
      }
    } finally {
      rmSync(mine, { force: true });
    }
  }

  /**
   * Many may find the same dead holder. Who takes its place must own the claim, which is named after what is
   * replaced: while it exists nobody else replaces that content, and who comes later finds another one.
   */
  #replace(mine: string, dead: string): boolean {
    const digest = createHash('sha256').update(dead).digest('hex').slice(0, 12);
    const claim = `${this.#path}.${digest}.claim${UNFINISHED}`;
    if (!linked(mine, claim)) {
      const claimant = this.#read(claim);
      if (claimant !== null && this.#isDead(claim, claimant)) rmSync(claim, { force: true });
      return false;
    }
    try {
      if (this.#read(this.#path) !== dead) return false;
      const another = `${claim}.mine${UNFINISHED}`;
      linkSync(mine, another);
      renameSync(another, this.#path);
      return true;
    } finally {
      rmSync(claim, { force: true });
    }
  }

  #isDead(path: string, content: string): boolean {
    const holder = parsed(content);
    const { host, isRunning, now } = this.#machine;
    if (holder?.host === host && !isRunning(holder.pid)) return true;
    try {
      return now() - statSync(path).mtimeMs > DEAD_MS;
    } catch {
      return false; // it was released
    }
  }

  #beat(content: string): void {
    if (this.#read(this.#path) !== content) return;
    const seconds = this.#machine.now() / 1_000;
    try {
      utimesSync(this.#path, seconds, seconds);
    } catch {
      // Its folder was removed: there is nothing left to guard.
    }
  }

  #read(path: string): string | null {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  #busy(found: string | null) {
    const holder = parsed(found ?? '');
    const who = holder ? `Process ${holder.pid}` : 'Another process';
    return inTheWay('busy', `${who} uses the same profile and did not finish in time. Try again.`);
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function parsed(content: string): Holder | null {
  try {
    const { pid, host } = JSON.parse(content) as Partial<Holder>;
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : null;
  } catch {
    return null;
  }
}
