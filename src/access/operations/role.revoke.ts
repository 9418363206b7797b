/** Takes a role from somebody, on every node at once: their connections come back and are asked anew. */
import { z } from 'zod';
import { RoleId, RoleName, UserId } from '../../contract/index.ts';
import { operationsFor, reply, type Resource } from '../../kernel/index.ts';
import { onServer } from '../declare.ts';
import { hold, OF_ROLES, refuseAbove } from '../roles.ts';
import type { AccessServices } from '../services.ts';

const input = z.strictObject({ roleId: RoleId, userId: UserId });
type Input = z.output<typeof input>;

export const roleRevoke = operationsFor<AccessServices, unknown>()({
  name: 'role.revoke',
  summary: 'Takes a role from somebody; what it carried is theirs no more from the answer on.',
  on: { http: 'DELETE /v1/roles/:roleId/holders/:userId', socket: true },
  commit: 'own',
  input,
  output: z.strictObject({ roleId: RoleId, userId: UserId, name: RoleName }),
  access: {
    ...onServer(OF_ROLES),
    about: ({ userId: id }: Input): Resource => ({ kind: 'account', id }),
  },
  limit: 'state.write',
  audit: {
    record: ({ reply: { roleId, userId, name } }) => ({
      resource: { kind: 'role', id: roleId },
      subjectId: userId,
      details: { name },
    }),
  },
  refuses: [],
  async handle({ input: grant, caller, services, refuse }) {
    const { roles } = services;
    const { roleId, userId } = grant;
    const role = await roles.lock(roleId);
    if (!role) return refuse('not_found');
    refuseAbove(await hold(services, caller.userId, [], [userId]), role);
    if (!(await roles.heldBy(grant)).holds) refuse('not_found');
    await roles.revoke(grant);
    await roles.taken([userId]);
    return reply({ roleId, userId, name: role.name }, { effect: 'control-recorded' });
  },
});
