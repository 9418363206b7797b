/** Writes a file that is its owner's alone, and never over one that is there. */
import { open, rm } from 'node:fs/promises';
import { inTheWay } from './failure.ts';
import { printable } from './printable.ts';

export interface PrivateFile {
  /** Resolves when it is on the disk. */
  write(text: string): Promise<void>;
  /** Leaves no file where nothing was to be written after all. */
  remove(): Promise<void>;
}

/** Made before what is to be in it is asked for, so that what is shown once finds its place. Throws Failure `not_written`. */
export async function privateFile(path: string): Promise<PrivateFile> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw notWritten(path, error);
  });
  return {
    async write(text) {
      try {
        await file.writeFile(text);
        await file.sync();
        await file.close();
      } catch (error) {
        throw notWritten(path, error);
      }
    },
    async remove() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

function notWritten(path: string, error: unknown) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return inTheWay('not_written', `${printable(path)} could not be written (${code}).`);
}
