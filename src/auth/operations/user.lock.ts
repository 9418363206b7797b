/** Locks an account: its sessions end on every node, and nobody signs in to it until it is unlocked. */
import { z } from 'zod';
import { onAccount, Reason } from '../../access/index.ts';
import { UserId } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { actOn, keepAnAdmin } from '../administration.ts';
import { endedSessions } from '../ended-sessions.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const userLock = operationsFor<AuthServices, AuthDomain>()({
  name: 'user.lock',
  summary: 'Locks an account that is in use, and ends its sessions.',
  on: { http: 'PUT /v1/users/:userId/lock', socket: true },
  commit: 'own',
  input: z.strictObject({ userId: UserId, reason: Reason.optional() }),
  output: z.strictObject({
    userId: UserId,
    status: z.literal('locked'),
    /** Sessions that were ended. */
    revoked: z.int().nonnegative(),
  }),
  access: onAccount('user.write', 'not-own'),
  limit: 'state.write',
  audit: {
    record: ({ input, subject, reply: { revoked } }) =>
      actOn(subject, input, { before: subject.target.status, revoked }),
  },
  refuses: ['last_admin'],
  async handle({ subject, services, now, refuse }) {
    const { target } = subject;
    if (target.status === 'deactivated') refuse('forbidden'); // it is shut already, and more so
    keepAnAdmin(subject, refuse);
    const ended = await services.administration.shut(target, 'locked', now);
    return reply(
      { userId: target.id, status: 'locked' as const, revoked: ended.length },
      ...endedSessions(ended),
    );
  },
});
