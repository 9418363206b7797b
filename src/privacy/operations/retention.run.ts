/** Has what is too old removed now, without waiting for the night. */
import { z } from 'zod';
import { onServer, Reason } from '../../access/index.ts';
import { PasswordText, RetentionRunId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { stillMay } from '../retention/access.ts';

export const retentionRun = operation({
  name: 'retention.run',
  summary:
    'Removes what is kept too long, in a job; where there is one under way, that one goes on.',
  on: { http: 'POST /v1/retention/runs', socket: true },
  status: 202,
  commit: 'own',
  input: z.strictObject({
    reason: Reason,
    /** Of the caller. */
    password: PasswordText,
  }),
  output: z.strictObject({
    runId: RetentionRunId,
    /** False: there was one under way, of which whoever asked for that is told. */
    isNew: z.boolean(),
  }),
  access: onServer('setting.administer'),
  limit: 'auth.password',
  audit: {
    record: ({ input: { reason }, reply: { runId, isNew } }) => ({
      resource: { kind: 'retention-run', id: runId },
      details: { isNew },
      reason,
    }),
  },
  refuses: ['invalid_credentials'],
  async prepare({ input: { password }, caller, domain, refuse }) {
    return (await domain.prove(caller, password)) ?? refuse('invalid_credentials');
  },
  async handle({ caller, services, prepared, now, refuse }) {
    const may = await stillMay(services, caller, prepared);
    if (may !== 'yes') refuse(may);
    const { runs } = services.retention;
    const runId = services.entropy.id() as RetentionRunId;
    const isNew = await runs.add({ id: runId, requestedBy: caller.userId, requestedAt: now });
    if (isNew) {
      await runs.enqueue(runId, 0);
      return reply({ runId, isNew });
    }
    const open = await runs.open();
    return open ? reply({ runId: open.id, isNew }) : refuse('unavailable'); // it ended just now
  },
});
