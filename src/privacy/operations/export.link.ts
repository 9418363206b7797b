/** Gives a link to a finished export: good once, for ten minutes, for the session that asked; the one before is void. */
import { z } from 'zod';
import { ExportId, ExportLink, Timestamp } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onOwnExport, operation } from '../export/declare.ts';

const LINK_MS = 10 * 60 * 1_000;

export const exportLink = operation({
  name: 'export.link',
  summary: 'A link to fetch a finished export with: once, within ten minutes, from this session.',
  on: { http: 'POST /v1/me/exports/:exportId/links', socket: true },
  status: 201,
  commit: 'own',
  input: z.strictObject({ exportId: ExportId }),
  output: z.strictObject({ link: ExportLink, expiresAt: Timestamp }),
  access: onOwnExport('have'),
  limit: 'state.write',
  audit: {
    record: ({ subject: { id, subjectId } }) => ({ resource: { kind: 'export', id }, subjectId }),
  },
  refuses: ['export_not_ready'],
  async handle({ subject: { id, state, expiresAt }, caller, services, now, refuse }) {
    if (state !== 'ready' || expiresAt <= now) return refuse('export_not_ready');
    const { link, digest } = services.newLink();
    const end = new Date(now.getTime() + LINK_MS);
    await services.exports.setLink(id, { digest, session: caller.sessionId, expiresAt: end });
    return reply({ link, expiresAt: end.getTime() });
  },
});
