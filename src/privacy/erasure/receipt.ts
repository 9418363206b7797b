/** What an erasure did, signed, in words that stay true however often the server changes afterwards. */
import type { ErasureReceipt, WorkspaceId } from '../../contract/index.ts';
import type { Kept } from '../holds/hold-store.ts';
import type { Head } from '../ledger/head-store.ts';
import type { ErasureRow } from './erasure-store.ts';

/** In order of the tables' names. */
export function counted(counts: ErasureRow['counts']): ErasureReceipt['rows'] {
  const names = Object.keys(counts).sort();
  return names.map((table) => ({ table, rows: counts[table] ?? 0 }));
}

/** Where a person may still be found, and no server can follow. */
export const BEYOND_REACH = [
  'what others quoted or wrote about them',
  'what clients of others and their screens have kept',
  'mail that was delivered',
  'that there was a member of this id, in the log of channels and the audit trail, without anything that says who',
  'backups of keys until lastKeyCopyExpiresAt',
] as const;

export interface Ended {
  readonly workspaceId: WorkspaceId;
  readonly erasure: ErasureRow;
  readonly ledger: Head;
  readonly audit: ErasureReceipt['audit'];
  readonly kept: Kept['channels'];
  readonly finishedAt: Date;
  readonly keyCopiesMs: number;
}

export function receiptOf(ended: Ended): Omit<ErasureReceipt, 'key' | 'signature'> {
  const { workspaceId, erasure, ledger, audit, kept, finishedAt, keyCopiesMs } = ended;
  const { subjectId, channelId, requestedBy, requestedAt, startedAt, keysAt } = erasure;
  const { subject_key: subject = 0, data_key: data = 0, ...counts } = erasure.counts;
  const keysDestroyedAt = (keysAt ?? finishedAt).getTime();
  return {
    version: 1,
    ...{ workspaceId, erasureId: erasure.id, subjectId, channelId },
    requestedBy: requestedBy === subjectId ? 'subject' : 'administrator',
    requestedAt: requestedAt.getTime(),
    startedAt: (startedAt ?? finishedAt).getTime(),
    keysDestroyedAt,
    finishedAt: finishedAt.getTime(),
    keysDestroyed: { subject, data },
    rows: counted(counts),
    ledger,
    audit,
    lastKeyCopyExpiresAt: keysDestroyedAt + keyCopiesMs,
    held: [...kept].flatMap(([id, stretches]) => {
      const all = stretches === 'all' ? [{ from: null, to: null }] : stretches;
      return all.map(({ from, to }) => ({
        ...{ channelId: id, from: from?.getTime() ?? null, to: to?.getTime() ?? null },
      }));
    }),
    beyondReach: [...BEYOND_REACH],
  };
}
