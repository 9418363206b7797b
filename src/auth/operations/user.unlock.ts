/** Lets the owner of a locked or deactivated account sign in again; its old sessions stay ended. */
import { z } from 'zod';
import { onAccount, Reason } from '../../access/index.ts';
import { UserId } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { actOn } from '../administration.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const userUnlock = operationsFor<AuthServices, AuthDomain>()({
  name: 'user.unlock',
  summary: 'Puts a locked or deactivated account into use again; its owner signs in anew.',
  on: { http: 'PUT /v1/users/:userId/unlock', socket: true },
  commit: 'own',
  input: z.strictObject({ userId: UserId, reason: Reason.optional() }),
  output: z.strictObject({ userId: UserId, status: z.literal('active') }),
  access: onAccount('user.write', 'not-own'),
  limit: 'state.write',
  audit: {
    record: ({ input, subject }) => actOn(subject, input, { before: subject.target.status }),
  },
  refuses: [],
  async handle({ subject: { target }, services }) {
    await services.administration.setStatus(target.id, 'active');
    return reply({ userId: target.id, status: 'active' as const });
  },
});
