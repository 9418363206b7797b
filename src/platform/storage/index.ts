/** Keeps sealed files in a folder of this machine, or of all nodes: whole or not at all, for this server alone. */
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileStorage } from '../../kernel/index.ts';

/** Ids only: no name can lead out of the folder. */
const NAME = /^[0-9a-f-]{36}$/;
const PIECE_BYTES = 64 * 1024;

/** `root` is made when it is not there. Where there are several nodes, it is the same folder for all. */
export function folderStorage(root: string): FileStorage {
  const folderOf = (folder: string) => join(root, checked(folder));
  const pathOf = (folder: string, name: string) => join(folderOf(folder), checked(name));
  return {
    async write(folder, name, chunks) {
      const path = pathOf(folder, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(path, 'wx', 0o600);
      try {
        for (const chunk of chunks) await writeAll(file, chunk);
        await file.sync();
        await file.close();
        await syncFolder(dirname(path));
      } catch (error) {
        await file.close().catch(() => undefined);
        await rm(path, { force: true });
        throw error;
      }
    },
    read: (folder, name) => createReadStream(pathOf(folder, name), { highWaterMark: PIECE_BYTES }),
    async list(folder) {
      const names = await readdir(folderOf(folder)).catch(ifAbsent([]));
      return names.filter((name) => NAME.test(name));
    },
    remove: (folder, name) => rm(pathOf(folder, name), { force: true }),
    removeFolder: (folder) => rm(folderOf(folder), { recursive: true, force: true }),
  };
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;)
    done += (await file.write(chunk, done, chunk.length - done)).bytesWritten; // a disk may take less than all of it
}

/** A file is there after a crash only when its name is, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function checked(name: string): string {
  if (!NAME.test(name)) throw new Error('files and folders of the storage are named by ids');
  return name;
}

function ifAbsent<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise;
    throw error;
  };
}
