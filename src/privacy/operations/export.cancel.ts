/** Ends an export and removes its files, whether it is under way or waits to be fetched. */
import { z } from 'zod';
import { ExportId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onOwnExport, operation } from '../export/declare.ts';
import { isUnderWay } from '../export/jobs.ts';

export const exportCancel = operation({
  name: 'export.cancel',
  summary: 'Ends an export of the caller and removes its files; one that is over stays as it is.',
  on: { http: 'DELETE /v1/me/exports/:exportId', socket: true },
  commit: 'own',
  input: z.strictObject({ exportId: ExportId }),
  output: z.strictObject({ cancelled: z.boolean() }),
  access: onOwnExport('end'),
  limit: 'state.write',
  audit: {
    record: ({ subject, reply: { cancelled } }) =>
      cancelled
        ? { resource: { kind: 'export', id: subject.id }, subjectId: subject.subjectId }
        : null,
  },
  refuses: [],
  async handle({ subject: record, services: { exports, progressOf }, now }) {
    if (!isUnderWay(record) && record.state !== 'ready') return reply({ cancelled: false });
    // A step that is being taken just now comes before, or finds it cancelled.
    const last = (await exports.cancel(record.id, now)) && (await exports.find(record.id));
    if (!last) return reply({ cancelled: false });
    await exports.enqueue('privacy.export-end', record.id);
    return reply({ cancelled: true }, progressOf(last));
  },
});
