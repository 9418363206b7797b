/** The exports themselves are something that is kept about somebody: who asked for one, when, and why. */
import { z } from 'zod';
import { ExportId, ExportState, Timestamp } from '../../contract/index.ts';
import { masked, type ExportContributor } from '../../kernel/index.ts';
import type { ExportJobs } from './jobs.ts';
import type { SealedFiles } from './sealed-files.ts';

const PAGE = 200;

export function ownExports(
  within: ExportJobs['within'],
  files: SealedFiles | null,
): ExportContributor {
  return {
    name: 'exports',
    about: 'Exports of your data, and who asked for them.',
    row: z.strictObject({
      id: ExportId,
      requestedBy: z.string(),
      byMe: z.boolean(),
      requestedAt: Timestamp,
      state: ExportState,
      rows: z.int(),
      finishedAt: Timestamp.nullable(),
      expiresAt: Timestamp,
      endedAt: Timestamp.nullable(),
      /** Of an admin. */
      reason: z.string().nullable(),
    }),
    columns: {
      'data_export.id': 'id',
      'data_export.subject_id': 'byMe',
      'data_export.requested_by': 'requestedBy',
      'data_export.requested_at': 'requestedAt',
      'data_export.state': 'state',
      'data_export.rows': 'rows',
      'data_export.finished_at': 'finishedAt',
      'data_export.expires_at': 'expiresAt',
      'data_export.ended_at': 'endedAt',
      'data_export.reason_sealed': 'reason',
    },
    async page({ workspaceId, userId }, cursor) {
      const after = cursor === null ? null : String(cursor[0]);
      const found = await within(workspaceId, 'read', async ({ exports, keys }) => {
        const records = await exports.about(userId, after, PAGE);
        const reasons = records.map(
          async (record) => (await files?.openText(keys, record)) ?? null,
        );
        return { records, reasons: await Promise.all(reasons) };
      });
      const rows = found.records.map(({ id, requestedBy, state, rows: count, ...record }, i) => ({
        ...{
          id,
          state,
          rows: count,
          byMe: requestedBy === userId,
          reason: found.reasons[i] ?? null,
        },
        requestedBy: requestedBy === userId ? requestedBy : masked(requestedBy),
        requestedAt: record.requestedAt.getTime(),
        finishedAt: record.finishedAt?.getTime() ?? null,
        expiresAt: record.expiresAt.getTime(),
        endedAt: record.endedAt?.getTime() ?? null,
      }));
      const last = found.records.at(-1);
      return { rows, next: last && rows.length === PAGE ? [last.id] : null };
    },
  };
}
