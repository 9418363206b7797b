/** The files of an export as they lie in the storage: sealed under a key of its own, which the subject's key seals. */
import { createHash, type Hash } from 'node:crypto';
import type { ExportId, UserId } from '../../contract/index.ts';
import {
  BrokenFile,
  open,
  openFile,
  sealFile,
  unlessBroken,
  type Envelope,
  type KeyRows,
  type Place,
  type Vault,
} from '../../crypto/index.ts';
import type { Entropy, FileStorage } from '../../kernel/index.ts';
import type { ExportRecord, PartRecord } from './export-store.ts';

/** What a file is to be, beside its bytes. */
export type NewPart = Pick<PartRecord, 'file' | 'contributor' | 'rows'> &
  Partial<Pick<PartRecord, 'months' | 'extent' | 'settled'>>;

export interface SealedFiles {
  /** A key for a new export; null once the key of the subject was destroyed. */
  readonly makeKey: (keys: KeyRows, id: ExportId, subjectId: UserId) => Promise<Buffer | null>;
  /** Null once the key of the subject was destroyed: its files do not open any more. */
  readonly keyOf: (keys: KeyRows, record: ExportRecord) => Promise<Buffer | null>;
  /** The same for words that belong to an export. */
  readonly sealText: (
    keys: KeyRows,
    id: ExportId,
    subjectId: UserId,
    text: string,
  ) => Promise<Buffer | null>;
  readonly openText: (keys: KeyRows, record: ExportRecord) => Promise<string | null>;
  /** Nobody knows of it before its record is stored. */
  readonly write: (id: ExportId, key: Buffer, part: NewPart, text: Buffer) => Promise<PartRecord>;
  /** Throws BrokenFile where it is not there, and in the middle where it is not what was written. */
  readonly read: (id: ExportId, key: Buffer, part: PartRecord) => AsyncIterable<Buffer>;
  readonly remove: (id: ExportId, partId: string) => Promise<void>;
  readonly removeAll: (id: ExportId) => Promise<void>;
  /** Removes what no record knows: what was written by a node that died before it could say so. */
  readonly removeStrays: (id: ExportId, known: readonly PartRecord[]) => Promise<void>;
}

interface Parts {
  readonly vault: Vault;
  readonly sealing: Envelope;
  readonly entropy: Entropy;
  readonly storage: FileStorage;
}

const KEY_BYTES = 32;
const HASHED_BYTES = 64 * 1024;

export function sealedFiles({ vault, sealing, entropy, storage }: Parts): SealedFiles {
  const subjectKey = (keys: KeyRows, id: UserId) => unlessBroken(vault.subjectKey(keys, id));
  const filePlace = (id: ExportId, partId: string): Place => ['export-file', id, partId];
  return {
    async makeKey(keys, id, subjectId) {
      const own = await subjectKey(keys, subjectId);
      return own && sealing.seal(own, entropy.bytes(KEY_BYTES), keyPlace(keys, id));
    },
    async keyOf(keys, { id, subjectId, keySealed }) {
      const own = await subjectKey(keys, subjectId);
      return own && open(own, keySealed, keyPlace(keys, id));
    },
    async sealText(keys, id, subjectId, text) {
      const own = await subjectKey(keys, subjectId);
      return own && sealing.seal(own, Buffer.from(text, 'utf8'), textPlace(keys, id));
    },
    async openText(keys, { id, subjectId, reasonSealed }) {
      const own = reasonSealed && (await subjectKey(keys, subjectId));
      return (own && open(own, reasonSealed, textPlace(keys, id))?.toString('utf8')) ?? null;
    },
    async write(id, key, part, text) {
      const partId = entropy.id();
      const hash = createHash('sha256');
      await storage.write(
        id,
        partId,
        hashed(hash, text, sealFile(key, text, filePlace(id, partId))),
      );
      const written = { id: partId, bytes: text.length, digest: hash.digest() };
      return { months: {}, extent: null, settled: false, ...part, ...written };
    },
    async *read(id, key, part) {
      try {
        yield* openFile(key, storage.read(id, part.id), filePlace(id, part.id));
      } catch (error) {
        const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        throw isAbsent ? new BrokenFile() : error;
      }
    },
    remove: (id, partId) => storage.remove(id, partId),
    removeAll: (id) => storage.removeFolder(id),
    async removeStrays(id, known) {
      const names = new Set(known.map((part) => part.id));
      for (const name of await storage.list(id))
        if (!names.has(name)) await storage.remove(id, name);
    },
  };
}

/** Hashes a piece of the text with each chunk that is written: all of it at once would hold up everybody else. */
function* hashed(hash: Hash, text: Buffer, chunks: Iterable<Buffer>): Generator<Buffer> {
  let at = 0;
  for (const chunk of chunks) {
    hash.update(text.subarray(at, (at += HASHED_BYTES)));
    yield chunk;
  }
  hash.update(text.subarray(at));
}

function keyPlace({ workspaceId }: KeyRows, id: ExportId): Place {
  return ['export-key', workspaceId, id];
}

function textPlace({ workspaceId }: KeyRows, id: ExportId): Place {
  return ['export-reason', workspaceId, id];
}
