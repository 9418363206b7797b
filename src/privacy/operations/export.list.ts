/** Shows people their exports, those that an admin asked for in their place too: nobody's data is collected in secret. */
import { z } from 'zod';
import { mayInWorkspace, signedIn } from '../../access/index.ts';
import { ExportId, ExportSummary, PAGE_ENTRIES } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../export/declare.ts';

export const exportList = operation({
  name: 'export.list',
  summary:
    'Exports about the caller, and those that the caller asked for and may have; the newest first.',
  on: { http: 'GET /v1/me/exports', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** Only those before that one. */
    before: ExportId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({ exports: z.array(ExportSummary), more: z.boolean() }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: 'reading what is recorded where it was asked for' },
  refuses: [],
  async handle({ input: { before = null, limit }, caller: { userId }, services }) {
    const { exports, files, keys, standings } = services;
    const standing = await standings.inWorkspace(userId);
    const mayOthers = standing !== null && mayInWorkspace(standing, 'user.administer');
    const found = await exports.list(userId, mayOthers, before, limit + 1);
    const shown = found.slice(0, limit).map(async (record) => ({
      ...{ id: record.id, userId: record.subjectId, own: record.requestedBy === userId },
      ...{ state: record.state, rows: record.rows },
      reason: (await files?.openText(keys, record)) ?? null,
      requestedAt: record.requestedAt.getTime(),
      finishedAt: record.finishedAt?.getTime() ?? null,
      expiresAt: record.expiresAt.getTime(),
    }));
    return reply({ exports: await Promise.all(shown), more: found.length > limit });
  },
});
