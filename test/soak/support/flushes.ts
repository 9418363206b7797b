/** When Postgres forced its write-ahead log to the disk, as the kernel saw it: strace on every process of that Postgres. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** One fsync or fdatasync of a segment of the log, in milliseconds of the wall clock. */
export interface Flush {
  readonly began: number;
  readonly ended: number;
}

/** `1700000000.123456 fdatasync(5</…/pg_wal/0000…>) = 0 <0.000123>`, after the process when there are several. */
const WHOLE = /^(?:\[pid +)?(\d+)?\]? *(\d+\.\d+) f(?:data)?sync\(\d+<(.*?)>\) += 0 <(\d+\.\d+)>/;
/** A call during which another process made one comes in two halves; the name of the file is in the first. */
const BEGUN = /^(?:\[pid +)?(\d+)?\]? *(\d+\.\d+) f(?:data)?sync\(\d+<(.*?)> *<unfinished/;
const RESUMED =
  /^(?:\[pid +)?(\d+)?\]? *(\d+\.\d+) <\.\.\. f(?:data)?sync resumed>.*\) += 0 <(\d+\.\d+)>/;
const PATIENCE_MS = 10_000;

/** True where strace is installed and may look into other processes. */
export function canTrace(): boolean {
  return spawnSync('strace', ['-f', 'true'], { stdio: 'ignore' }).status === 0;
}

export class Flushes {
  readonly seen: Flush[] = [];
  readonly #begun = new Set<string>();
  readonly #strace: ChildProcess;

  private constructor(strace: ChildProcess) {
    this.#strace = strace;
  }

  /** Resolves when all of them are watched; processes that they start later are, too. */
  static async of(pids: readonly number[]): Promise<Flushes> {
    const targets = pids.flatMap((pid) => ['-p', String(pid)]);
    const options = ['-f', '-y', '-T', '-ttt', '-e', 'trace=fdatasync,fsync'];
    const strace = spawn('strace', [...options, ...targets], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const flushes = new Flushes(strace);
    const attached = new Set<number>();
    const { stderr } = strace;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('strace was not let in')), PATIENCE_MS);
      createInterface({ input: stderr }).on('line', (line) => {
        const [, pid] = /Process (\d+) attached/.exec(line) ?? [];
        if (pid !== undefined) attached.add(Number(pid));
        if (pids.every((one) => attached.has(one))) {
          clearTimeout(late);
          resolve();
        }
        flushes.#hear(line);
      });
      strace.once('error', reject);
    });
    return flushes;
  }

  async end(): Promise<void> {
    const gone = once(this.#strace, 'exit');
    this.#strace.kill('SIGINT');
    await gone;
  }

  #hear(line: string): void {
    const [, begunBy = '', , begunFile = ''] = BEGUN.exec(line) ?? [];
    if (begunFile.includes('/pg_wal/')) this.#begun.add(begunBy);
    const [, , at, file = '', took] = WHOLE.exec(line) ?? [];
    if (at !== undefined && file.includes('/pg_wal/')) {
      const began = Number(at) * 1_000;
      this.seen.push({ began, ended: began + Number(took) * 1_000 });
    }
    const [, by = '', resumed, lasted] = RESUMED.exec(line) ?? [];
    if (resumed !== undefined && this.#begun.delete(by)) {
      const ended = Number(resumed) * 1_000;
      this.seen.push({ began: ended - Number(lasted) * 1_000, ended });
    }
  }
}

/** The postmaster and all that it has started, by one of its backends. */
export function processesOf(backend: number): number[] {
  const status = readFileSync(`/proc/${backend}/status`, 'utf8');
  const postmaster = Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]);
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  return [postmaster, ...children.trim().split(' ').map(Number)];
}
