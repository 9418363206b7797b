/** The file of the ledger: lines are only ever added, each is on the disk before anybody goes on, and half of one is none. */
import { open, mkdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface LedgerFile {
  readonly path: string;
  /** Whole lines from that byte on, without their ends; null where there is no file. `size` is where they end. */
  readonly read: (from: number) => Promise<{ lines: readonly string[]; size: number } | null>;
  /** Resolves when the line is on the disk. One caller at a time, on whatever node. Throws as the file system does. */
  readonly append: (line: string) => Promise<void>;
}

/** Owner only: it holds ids and times, and decides whether a server may serve. */
const MODE = 0o600;

export function ledgerFile(path: string): LedgerFile {
  return {
    path,
    async read(from) {
      const file = await open(path, 'r').catch(unlessAbsent);
      if (!file) return null;
      try {
        const { size } = await file.stat();
        const bytes = Buffer.alloc(Math.max(0, size - from));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
        const whole = bytes.subarray(0, bytes.subarray(0, bytesRead).lastIndexOf('\n') + 1);
        const lines = whole.toString('utf8').split('\n').slice(0, -1);
        return { lines, size: size < from ? size : from + whole.length };
      } finally {
        await file.close();
      }
    },
    async append(line) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const isNew = (await stat(path).catch(unlessAbsent)) === null;
      const file = await open(path, 'a+', MODE);
      try {
        const end = await endOfWholeLines(file);
        try {
          await file.appendFile(`${line}\n`, 'utf8');
          await file.sync();
        } catch (error) {
          await file.truncate(end).catch(() => undefined); // half a line is taken away by whoever comes next
          throw error;
        }
      } finally {
        await file.close();
      }
      if (isNew) await syncFolder(dirname(path));
    },
  };
}

/** Cuts off what a writer that died left of its line: nobody was told that it was there. */
async function endOfWholeLines(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const step = 4_096;
  for (let end = size; end > 0; end -= step) {
    const begin = Math.max(0, end - step);
    const bytes = Buffer.alloc(end - begin);
    await file.read(bytes, 0, bytes.length, begin);
    const last = bytes.lastIndexOf('\n');
    if (last === -1) continue;
    const whole = begin + last + 1;
    if (whole < size) await file.truncate(whole);
    return whole;
  }
  if (size > 0) await file.truncate(0);
  return 0;
}

/** The name of a new file is on the disk with its folder, not with the file. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export function unlessAbsent(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
