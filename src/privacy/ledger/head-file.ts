/** Where the ledger ends, in a signed file of its own: a ledger that was put back together with the database is known by it. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { WorkspaceId } from '../../contract/index.ts';
import { LedgerFault, type LedgerSeal } from './entry.ts';
import { syncFolder, unlessAbsent } from './file.ts';
import type { Head } from './head-store.ts';

export type Heads = ReadonlyMap<WorkspaceId, Head>;

export interface HeadFile {
  /** In words for whoever runs the server, with where it is. */
  readonly name: string;
  /** Null where there is no file. Throws LedgerFault where it is not what a server of these keys wrote. */
  readonly read: () => Promise<Heads | null>;
  /** Resolves when all of it is on the disk instead of what was there. One caller at a time. */
  readonly write: (heads: Heads) => Promise<void>;
}

const Document = z.strictObject({
  version: z.literal(1),
  heads: z.array(
    z.strictObject({
      workspaceId: WorkspaceId,
      seq: z.int().positive(),
      hash: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  key: z.string(),
  signature: z.string(),
});

export function headFile(path: string, seal: LedgerSeal): HeadFile {
  const name = `its file of heads (ERASURE_HEAD_FILE, ${path})`;
  return {
    name,
    async read() {
      const text = await readFile(path, 'utf8').catch(unlessAbsent);
      if (text === null) return null;
      const { data } = Document.safeParse(jsonOf(text));
      if (!data)
        throw new LedgerFault(`${name} is none that this program writes: it was cut off or edited`);
      const verdict = seal.verify(data);
      if (verdict === 'unknown-key')
        throw new LedgerFault(
          `${name} is signed by a key that this server does not have: CONCLAVE_ROOT_KEYS lacks one`,
        );
      if (verdict !== 'valid')
        throw new LedgerFault(`${name} does not bear its signature: it was edited`);
      return new Map(data.heads.map(({ workspaceId, seq, hash }) => [workspaceId, { seq, hash }]));
    },
    async write(heads) {
      const all = [...heads].map(([workspaceId, { seq, hash }]) => ({ workspaceId, seq, hash }));
      const text = JSON.stringify(seal.sign({ version: 1, heads: all }));
      const folder = dirname(path);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const beside = `${path}.${randomUUID()}`;
      try {
        const file = await open(beside, 'wx', 0o600);
        try {
          await file.writeFile(`${text}\n`);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(beside, path); // whoever dies before this leaves the one that was there
        await syncFolder(folder);
      } finally {
        await rm(beside, { force: true });
      }
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
