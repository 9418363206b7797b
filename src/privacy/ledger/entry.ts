/** A line of the ledger: which keys were destroyed, signed, and bound to the line before it of the same workspace. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { ChannelId, ErasureId, UserId, WorkspaceId } from '../../contract/index.ts';

/** What stands before the first line of a workspace. */
export const BEGINNING = '0'.repeat(64);

export const LedgerEntry = z.strictObject({
  version: z.literal(1),
  workspaceId: WorkspaceId,
  /** From 1 on, without a gap, in each workspace. */
  seq: z.int().positive(),
  /** Milliseconds since the epoch. */
  at: z.int().nonnegative(),
  erasureId: ErasureId,
  subjectId: UserId,
  channelId: ChannelId.nullable(),
  /** SHA-256 of the line before it of this workspace, in hex. */
  prev: z.string().regex(/^[0-9a-f]{64}$/),
  key: z.string(),
  signature: z.string(),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** Signs entries and tells whether one is signed: what the ledger takes of the server's keys. */
export interface LedgerSeal {
  readonly sign: <D extends object>(document: D) => D & { key: string; signature: string };
  readonly verify: (document: unknown) => 'valid' | 'unsigned' | 'unknown-key' | 'forged';
}

/** The bytes of a line, without its end: one spelling, so that its hash says all that it says. */
export function lineOf(entry: LedgerEntry): string {
  const text = canonicalize(entry);
  if (text === undefined) throw new Error('a line that JSON cannot say');
  return text;
}

export function hashOf(line: string): string {
  return createHash('sha256').update(line, 'utf8').digest('hex');
}

/** Throws LedgerFault, naming the line, where it is not what a server of these keys wrote. */
export function entryOf(line: string, number: number, seal: LedgerSeal): LedgerEntry {
  const fault = (what: string) => new LedgerFault(`line ${number} ${what}`);
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw fault('is no JSON: it was edited, or cut off');
  }
  const parsed = LedgerEntry.safeParse(json);
  if (!parsed.success || lineOf(parsed.data) !== line)
    throw fault('is no entry of this ledger: it was edited');
  const verdict = seal.verify(parsed.data);
  if (verdict === 'unknown-key')
    throw fault('is signed by a key that this server does not have: CONCLAVE_ROOT_KEYS lacks one');
  if (verdict !== 'valid') throw fault('does not bear its signature: it was edited');
  return parsed.data;
}

/** The ledger is not what it should be; the message says where, for the person who runs the server. */
export class LedgerFault extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'LedgerFault';
  }
}
