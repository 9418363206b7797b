/** Sends an export as one ZIP, for a link that is used up by it; what lies on the disk stays sealed. */
import { z } from 'zod';
import { ExportId, ExportLink, FetchedExport } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onOwnExport, operation } from '../export/declare.ts';

export const exportFetch = operation({
  name: 'export.fetch',
  summary: 'The archive of a finished export, as application/zip; the link is good once.',
  on: { http: 'POST /v1/me/exports/archive' },
  commit: 'own',
  input: z.strictObject({ exportId: ExportId, link: ExportLink }),
  output: FetchedExport,
  access: onOwnExport('have'),
  limit: 'state.write',
  audit: {
    record: ({ subject: { id, subjectId } }) => ({ resource: { kind: 'export', id }, subjectId }),
  },
  refuses: [],
  async handle({ input: { link }, subject: { id }, caller, services, now, refuse }) {
    const { workspaceId, userId, sessionId } = caller;
    const digests = services.linkDigests(link);
    // Used, late, of another session or never given: it is answered alike.
    if (!(await services.exports.takeLink(id, digests, sessionId, now))) return refuse('not_found');
    const fileName = `conclave-export-${id}.zip`;
    return reply({ exportId: id, workspaceId, userId, sessionId, fileName });
  },
  download: {
    type: 'application/zip',
    name: ({ fileName }) => fileName,
    bytes: (fetched, domain) => domain.archive(fetched),
  },
});
