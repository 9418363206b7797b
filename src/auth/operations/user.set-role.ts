/** Gives somebody another role in the workspace; nobody grants what they lack, and the last admin stays one. */
import { z } from 'zod';
import { covers, onAccount, Reason } from '../../access/index.ts';
import { UserId, WorkspaceRole } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { actOn, keepAnAdmin } from '../administration.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const userSetRole = operationsFor<AuthServices, AuthDomain>()({
  name: 'user.set-role',
  summary: 'Gives somebody another role; their connections come back and are asked anew.',
  on: { http: 'PUT /v1/users/:userId/role', socket: true },
  commit: 'own',
  input: z.strictObject({
    userId: UserId,
    /** No person holds `system`. */
    role: WorkspaceRole.exclude(['system']),
    reason: Reason.optional(),
  }),
  output: z.strictObject({ userId: UserId, role: WorkspaceRole }),
  access: onAccount('user.administer', 'own-too'),
  limit: 'state.write',
  audit: {
    record: ({ input, subject }) =>
      actOn(subject, input, { before: subject.target.role, role: input.role }),
  },
  refuses: ['last_admin'],
  async handle({ input: { role }, subject, services, refuse }) {
    const { holds, target } = subject;
    if (!covers(holds, { workspaceRole: role })) refuse('forbidden');
    if (target.role === role) return reply({ userId: target.id, role });
    keepAnAdmin(subject, refuse);
    await services.administration.setRole(target.id, role);
    return reply({ userId: target.id, role }, { effect: 'control-recorded' });
  },
});
