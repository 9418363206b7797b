/** Lets people ask for everything that is kept about them; the password is proved again, as it all leaves in one file. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { ExportId, PasswordText } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { begin } from '../export/begin.ts';
import { operation } from '../export/declare.ts';

export const exportRequest = operation({
  name: 'export.request',
  summary:
    'Begins to collect everything that is kept about the caller; export.progress tells how far it is. One at a time.',
  on: { http: 'POST /v1/me/exports', socket: true },
  status: 202,
  commit: 'own',
  input: z.strictObject({ password: PasswordText }),
  output: z.strictObject({ exportId: ExportId }),
  access: signedIn(),
  limit: 'auth.password',
  audit: {
    record: ({ reply: { exportId } }) => ({ resource: { kind: 'export', id: exportId } }),
  },
  refuses: ['invalid_credentials'],
  prepare: ({ input: { password }, caller, domain }) => domain.prove(caller, password),
  async handle({ caller: { userId }, services, prepared, now, refuse }) {
    if (!prepared || !(await services.stands(prepared))) return refuse('invalid_credentials');
    const begun = await begin(services, { subjectId: userId, requestedBy: userId, at: now });
    return reply({ exportId: begun.exportId }, ...begun.effects);
  },
});
