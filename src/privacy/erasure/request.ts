/** Asking for an erasure: one at a time of the same, with where it was asked from, and nothing of it begun before its time. */
import type { ChannelId, ErasureId, UserId } from '../../contract/index.ts';
import { Refusal, type Caller } from '../../kernel/index.ts';
import type { PrivacyServices } from '../services.ts';
import type { Held } from '../access.ts';
import type { ErasureRow } from './erasure-store.ts';
import { counted } from './receipt.ts';

export interface Wish {
  readonly by: UserId;
  readonly channelId: ChannelId | null;
  readonly origin: Caller['origin'];
  readonly reason: string | null;
  /** Of the token for the receipt, where the subject asks. */
  readonly receiptDigest?: Uint8Array;
}

/**
 * Refuses `last_admin`, `erasure_open` with the id of the one there is, and `not_found` for a channel in which
 * nothing of the person is to be erased. `at` is the time of the call.
 */
export async function requestErasure(
  services: PrivacyServices,
  { target, leavesAnAdmin }: Held,
  { by, channelId, origin, reason, receiptDigest }: Wish,
  at: Date,
): Promise<{ readonly erasureId: ErasureId; readonly dueAt: number }> {
  const { erasures, entropy, graceMs } = services;
  const { id: subjectId } = target;
  if (channelId === null && !leavesAnAdmin) throw new Refusal('last_admin');
  if (channelId !== null && !(await erasures.wroteIn(subjectId, channelId)))
    throw new Refusal('not_found');
  const id = entropy.id() as ErasureId;
  const dueAt = new Date(at.getTime() + graceMs);
  const { address, userAgent } = origin;
  const text = JSON.stringify({ address, userAgent, reason });
  const { sealed, version } = await services.seal({ kind: 'erasure-origin', id }, text);
  const asked = { id, subjectId, channelId, requestedBy: by, requestedAt: at, dueAt };
  const kept = { originSealed: sealed, originKey: version, receiptDigest: receiptDigest ?? null };
  if (!(await erasures.add({ ...asked, ...kept }))) {
    const open = await erasures.open(subjectId, channelId);
    throw new Refusal('erasure_open', { detail: { erasureId: open?.id ?? null } });
  }
  await erasures.enqueue(id, graceMs);
  return { erasureId: id, dueAt: dueAt.getTime() };
}

export function shownErasure(row: ErasureRow) {
  const { id: erasureId, subjectId: userId, channelId, requestedBy, state, receipt } = row;
  return {
    ...{ erasureId, userId, channelId, requestedBy, state, receipt, rows: counted(row.counts) },
    requestedAt: row.requestedAt.getTime(),
    dueAt: row.dueAt.getTime(),
    endedAt: row.endedAt?.getTime() ?? null,
  };
}
