/** What deadlines give to an export of somebody's data: what they asked for, by when it was due, and why it took longer. */
import { z } from 'zod';
import {
  PrivacyRequestId,
  PrivacyRequestKind,
  Timestamp,
  type WorkspaceId,
} from '../../contract/index.ts';
import type { ExportContributor } from '../../kernel/index.ts';
import type { Tx } from '../erasure/erasure-store.ts';
import type { WorkspaceSeal } from '../ports.ts';
import { deadlineStore } from './deadline-store.ts';

export interface DeadlineExports {
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  readonly seal: Pick<WorkspaceSeal, 'open'>;
}

const PAGE = 200;

export function deadlineExports({
  transaction,
  seal,
}: DeadlineExports): readonly ExportContributor[] {
  const requests: ExportContributor = {
    name: 'privacy-requests',
    about: 'Requests about your data, by when each was due, and why it took longer where it did.',
    row: z.strictObject({
      id: PrivacyRequestId,
      kind: PrivacyRequestKind,
      ofMe: z.boolean(),
      requestedByMe: z.boolean(),
      requestedAt: Timestamp,
      dueAt: Timestamp,
      extendedAt: Timestamp.nullable(),
      /** Of an administrator, to you. */
      reason: z.string().nullable(),
    }),
    columns: {
      'request_deadline.id': 'id',
      'request_deadline.kind': 'kind',
      'request_deadline.subject_id': 'ofMe',
      'request_deadline.requested_by': 'requestedByMe',
      'request_deadline.requested_at': 'requestedAt',
      'request_deadline.due_at': 'dueAt',
      'request_deadline.extended_at': 'extendedAt',
      'request_deadline.reason_sealed': 'reason',
    },
    page: ({ workspaceId, userId }, cursor) =>
      transaction(workspaceId, 'read', async (tx) => {
        const after = cursor === null ? null : PrivacyRequestId.parse(cursor[0]);
        const found = await deadlineStore(tx, workspaceId).about(userId, after, PAGE);
        const rows = found.map(async ({ id, kind, reasonSealed, reasonKey, ...row }) => ({
          ...{ id, kind, ofMe: true, requestedByMe: row.requestedBy === userId },
          requestedAt: row.requestedAt.getTime(),
          dueAt: row.dueAt.getTime(),
          extendedAt: row.extendedAt?.getTime() ?? null,
          reason:
            reasonSealed && reasonKey !== null
              ? await seal.open(
                  tx,
                  workspaceId,
                  { kind: 'extension-reason', id },
                  { sealed: reasonSealed, version: reasonKey },
                )
              : null,
        }));
        const last = found.at(-1);
        return {
          rows: await Promise.all(rows),
          next: last && found.length === PAGE ? [last.id] : null,
        };
      }),
  };
  return [requests];
}
