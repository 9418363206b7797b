/** Exports on the wire, and the manifest of an archive, by which anybody verifies one offline. */
import { z } from 'zod';
import { SessionId, UserId, WorkspaceId } from './ids.ts';
import { Timestamp } from './shapes.ts';

export const ExportId = z.uuid().toLowerCase().brand<'ExportId'>();
export type ExportId = z.infer<typeof ExportId>;

/** `collecting` and `settling` (held against the subject's rights once more) are under way; the others are not. */
export const ExportState = z.enum([
  'collecting',
  'settling',
  'ready',
  'cancelled',
  'failed',
  'expired',
]);
export type ExportState = z.infer<typeof ExportState>;

export const ExportSummary = z.strictObject({
  id: ExportId,
  /** Whose data it is. */
  userId: UserId,
  /** Whether the caller asked for it, and so may fetch it. */
  own: z.boolean(),
  state: ExportState,
  requestedAt: Timestamp,
  /** Of an admin who asked for it in the place of the subject; null otherwise, and where it was erased. */
  reason: z.string().nullable(),
  rows: z.int().nonnegative(),
  finishedAt: Timestamp.nullable(),
  /** Its files are gone from then on. */
  expiresAt: Timestamp,
});

/** 32 random bytes in base64url: good once, for the session that asked for it. */
export const ExportLink = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** How far an export of the caller is. */
export const ExportProgress = z.strictObject({
  exportId: ExportId,
  state: ExportState,
  /** The file that is being written; null when none is. */
  file: z.string().nullable(),
  rows: z.int().nonnegative(),
  /** Of 100; never falls, and is 100 only when it is over. */
  percent: z.int().min(0).max(100),
});

/** What the last two files of an archive are called: the key that signed it, and what is signed. */
export const KEYS_FILE = 'keys.json';
export const MANIFEST_FILE = 'manifest.json';
/** Bytes that the manifest of an archive may have at most: a hundred thousand files. */
export const MANIFEST_BYTES = 32 * 1024 * 1024;

/** What an export says about itself, signed, in canonical JSON (RFC 8785). */
export const ExportManifest = z.strictObject({
  format: z.literal('conclave-export/1'),
  exportId: ExportId,
  workspaceId: WorkspaceId,
  userId: UserId,
  /** By whom it was asked for: the same, or an admin. */
  requestedBy: UserId,
  requestedAt: Timestamp,
  /** What is in it, is as it was allowed to the subject at that time. */
  finishedAt: Timestamp,
  /** Rows by file name without its number, of all kinds that there are. */
  counts: z.record(z.string(), z.int().nonnegative()),
  files: z.array(
    z.strictObject({
      path: z.string().regex(/^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*)?\.(?:jsonl|json|html)$/),
      bytes: z.int().nonnegative(),
      /** Lines of a JSON Lines file; 0 of others. */
      rows: z.int().nonnegative(),
      /** In hex. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** Path of the JSON Schema of its lines; null for what has none. */
      schema: z.string().nullable(),
    }),
  ),
  /** Names the key that signed all the rest: the one in `KEYS_FILE`. */
  key: z.string(),
  signature: z.base64url(),
});
export type ExportManifest = z.infer<typeof ExportManifest>;

/** The session that a link was made for; the reply of a fetch, which is sent as the archive itself. */
export const FetchedExport = z.strictObject({
  exportId: ExportId,
  workspaceId: WorkspaceId,
  userId: UserId,
  sessionId: SessionId,
  fileName: z.string(),
});
