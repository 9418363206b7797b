/** Takes an account out of use: its sessions end on every node, and what its owner wrote stays. */
import { z } from 'zod';
import { onAccount, Reason } from '../../access/index.ts';
import { UserId } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { actOn, keepAnAdmin } from '../administration.ts';
import { endedSessions } from '../ended-sessions.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const userDeactivate = operationsFor<AuthServices, AuthDomain>()({
  name: 'user.deactivate',
  summary: 'Takes an account out of use and ends its sessions; nothing of it is erased.',
  // POST: a reason is a person's words, and what stands in a URL ends up in the logs of proxies.
  on: { http: 'POST /v1/users/:userId/deactivation', socket: true },
  commit: 'own',
  input: z.strictObject({ userId: UserId, reason: Reason.optional() }),
  output: z.strictObject({
    userId: UserId,
    status: z.literal('deactivated'),
    /** Sessions that were ended. */
    revoked: z.int().nonnegative(),
  }),
  access: onAccount('user.delete', 'not-own'),
  limit: 'state.write',
  audit: {
    record: ({ input, subject, reply: { revoked } }) =>
      actOn(subject, input, { before: subject.target.status, revoked }),
  },
  refuses: ['last_admin'],
  async handle({ subject, services, now, refuse }) {
    const { target } = subject;
    keepAnAdmin(subject, refuse);
    const ended = await services.administration.shut(target, 'deactivated', now);
    return reply(
      { userId: target.id, status: 'deactivated' as const, revoked: ended.length },
      ...endedSessions(ended),
    );
  },
});
