/** Lets an admin ask in somebody's place, with a reason that the subject is told: for requests that come by letter. */
import { z } from 'zod';
import { onServer } from '../../access/index.ts';
import { ExportId, PasswordText, UserId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { begin } from '../export/begin.ts';
import { operation } from '../export/declare.ts';
import { Reason } from '../export/reason.ts';

export const exportRequestFor = operation({
  name: 'export.request-for',
  summary:
    'Begins to collect what is kept about somebody, as they may see it, for the admin who asks; the subject is told who did, and why.',
  on: { http: 'POST /v1/users/:userId/exports', socket: true },
  status: 202,
  commit: 'own',
  input: z.strictObject({
    userId: UserId,
    reason: Reason,
    password: PasswordText,
  }),
  output: z.strictObject({ exportId: ExportId }),
  access: onServer('user.administer'),
  limit: 'auth.password',
  audit: {
    record: ({ input: { userId, reason }, reply: { exportId } }) => ({
      resource: { kind: 'export', id: exportId },
      subjectId: userId,
      reason,
    }),
  },
  refuses: ['invalid_credentials'],
  prepare: ({ input: { password }, caller, domain }) => domain.prove(caller, password),
  async handle({ input, caller, services, prepared, now, refuse }) {
    if (!prepared || !(await services.stands(prepared))) return refuse('invalid_credentials');
    const { userId: subjectId, reason } = input;
    if ((await services.standings.isActive(subjectId)) === null) refuse('not_found');
    const wanted = { subjectId, requestedBy: caller.userId, reason, at: now };
    const begun = await begin(services, wanted);
    return reply({ exportId: begun.exportId }, ...begun.effects);
  },
});
