/** Erasure and legal holds on the wire. */
import { z } from 'zod';
import { ChannelId, UserId } from './ids.ts';
import { Timestamp } from './shapes.ts';
import { tokenForm } from './token-form.ts';

export const ErasureId = z.uuid().toLowerCase().brand<'ErasureId'>();
export type ErasureId = z.infer<typeof ErasureId>;
export const HoldId = z.uuid().toLowerCase().brand<'HoldId'>();
export type HoldId = z.infer<typeof HoldId>;

/**
 * `waiting`: can be taken back until it is due. `held`: a legal hold keeps it, or what is left of it. `running`: it
 * cannot be taken back any more. `done`: nothing is left.
 */
export const ErasureState = z.enum(['waiting', 'held', 'running', 'done', 'cancelled']);
export type ErasureState = z.infer<typeof ErasureState>;

/** Rows that were changed or removed, of one table. */
const Counted = z.strictObject({ table: z.string(), rows: z.int() });

/** Signed by the server, for whoever must prove later that somebody was erased. Times in milliseconds, UTC. */
export const ErasureReceipt = z.strictObject({
  version: z.literal(1),
  workspaceId: z.uuid(),
  erasureId: ErasureId,
  subjectId: UserId,
  /** Null: the whole person. */
  channelId: ChannelId.nullable(),
  requestedBy: z.enum(['subject', 'administrator']),
  requestedAt: Timestamp,
  startedAt: Timestamp,
  /** From then on nothing that they sealed could be read. */
  keysDestroyedAt: Timestamp,
  finishedAt: Timestamp,
  keysDestroyed: z.strictObject({ subject: z.int(), data: z.int() }),
  rows: z.array(Counted),
  /** Its line in the ledger of erasures. */
  ledger: z.strictObject({ seq: z.int(), hash: z.string() }),
  /** Its row in the audit trail. */
  audit: z.strictObject({ event: z.uuid(), at: Timestamp }),
  /** When the last copy of the keys in a backup is gone, as the server's settings say. */
  lastKeyCopyExpiresAt: Timestamp,
  /** What legal holds keep all the same. */
  held: z.array(
    z.strictObject({
      channelId: ChannelId,
      from: Timestamp.nullable(),
      to: Timestamp.nullable(),
    }),
  ),
  /** What no erasure reaches. */
  beyondReach: z.array(z.string()),
  key: z.string(),
  signature: z.string(),
});
export type ErasureReceipt = z.infer<typeof ErasureReceipt>;

/** What `receipt.fetch` takes, with its workspace in it; given once, by `erasure.request`. */
export const ReceiptToken = z.string().regex(tokenForm('ce1')).brand<'ReceiptToken'>();
export type ReceiptToken = z.infer<typeof ReceiptToken>;

/** What signed documents are checked with (RFC 8037): `GET /v1/receipt-keys`, `keys.json` of an export, `--keys FILE`. */
export const PublicKeySet = z.strictObject({
  keys: z.array(
    z.strictObject({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      x: z.string(),
      /** Its thumbprint (RFC 7638). */
      kid: z.string(),
    }),
  ),
});

export const Erasure = z.strictObject({
  erasureId: ErasureId,
  userId: UserId,
  channelId: ChannelId.nullable(),
  requestedBy: UserId,
  requestedAt: Timestamp,
  dueAt: Timestamp,
  state: ErasureState,
  /** So far. */
  rows: z.array(Counted),
  endedAt: Timestamp.nullable(),
  receipt: ErasureReceipt.nullable(),
});
export type Erasure = z.infer<typeof Erasure>;

export const LegalHold = z.strictObject({
  holdId: HoldId,
  userId: UserId.nullable(),
  channelId: ChannelId.nullable(),
  from: Timestamp.nullable(),
  to: Timestamp.nullable(),
  reason: z.string().nullable(),
  placedBy: UserId,
  placedAt: Timestamp,
  liftedBy: UserId.nullable(),
  liftedAt: Timestamp.nullable(),
});
export type LegalHold = z.infer<typeof LegalHold>;
