/** What this domain gives to an export of somebody's data: that they, or somebody for them, asked for erasure. */
import { z } from 'zod';
import {
  ChannelId,
  ErasureId,
  ErasureReceipt,
  ErasureState,
  Timestamp,
  type UserId,
  type WorkspaceId,
} from '../../contract/index.ts';
import type { ExportContributor } from '../../kernel/index.ts';
import { erasureStore, type Tx } from './erasure-store.ts';

export interface ErasureExports {
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
}

const PAGE = 200;
const time = (at: Date | null) => at?.getTime() ?? null;

export function erasureExports({ transaction }: ErasureExports): readonly ExportContributor[] {
  const erasures: ExportContributor = {
    name: 'erasures',
    about: 'Erasures that you asked for, or that were asked for you, and what became of them.',
    row: z.strictObject({
      id: ErasureId,
      ofMe: z.boolean(),
      channelId: ChannelId.nullable(),
      requestedByMe: z.boolean(),
      requestedAt: Timestamp,
      dueAt: Timestamp,
      state: ErasureState,
      startedAt: Timestamp.nullable(),
      keysAt: Timestamp.nullable(),
      endedAt: Timestamp.nullable(),
      /** Null where nobody took it back. */
      cancelledByMe: z.boolean().nullable(),
      /** Where it was of oneself. */
      receipt: ErasureReceipt.nullable(),
    }),
    columns: {
      'erasure.id': 'id',
      'erasure.subject_id': 'ofMe',
      'erasure.channel_id': 'channelId',
      'erasure.requested_by': 'requestedByMe',
      'erasure.requested_at': 'requestedAt',
      'erasure.due_at': 'dueAt',
      'erasure.state': 'state',
      'erasure.started_at': 'startedAt',
      'erasure.keys_at': 'keysAt',
      'erasure.ended_at': 'endedAt',
      'erasure.cancelled_by': 'cancelledByMe',
      'erasure.receipt': 'receipt',
    },
    page: ({ workspaceId, userId }, cursor) =>
      transaction(workspaceId, 'read', async (tx) => {
        const after = cursor === null ? null : String(cursor[0]);
        const found = await erasureStore(tx, workspaceId).concerning(userId, after, PAGE);
        const is = (id: UserId) => id === userId;
        const rows = found.map(({ id, subjectId, state, cancelledBy, ...row }) => ({
          ...{ id, ofMe: is(subjectId), state, requestedByMe: is(row.requestedBy) },
          channelId: is(subjectId) ? row.channelId : null,
          ...{ requestedAt: row.requestedAt.getTime(), dueAt: row.dueAt.getTime() },
          ...{ startedAt: time(row.startedAt), keysAt: time(row.keysAt) },
          ...{ endedAt: time(row.endedAt), cancelledByMe: cancelledBy && is(cancelledBy) },
          receipt: is(subjectId) ? row.receipt : null,
        }));
        const last = found.at(-1);
        return { rows, next: last && found.length === PAGE ? [last.id] : null };
      }),
  };
  return [erasures];
}
