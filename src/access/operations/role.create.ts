/** Defines a role of the workspace's own making, as data; nobody puts into it what they do not hold. */
import { CUSTOM_ROLES, RoleId } from '../../contract/index.ts';
import { z } from 'zod';
import { operationsFor, reply } from '../../kernel/index.ts';
import { onServer } from '../declare.ts';
import {
  hold,
  OF_ROLES,
  refuseTaken,
  refuseUnfit,
  refuseUnheld,
  Role,
  ROLE_SHAPE,
  roleRecorded,
} from '../roles.ts';
import type { AccessServices } from '../services.ts';

export const roleCreate = operationsFor<AccessServices, unknown>()({
  name: 'role.create',
  summary:
    'Defines a role: a set of permissions, and how far it reaches. It is given by role.grant.',
  on: { http: 'POST /v1/roles', socket: true },
  status: 201,
  commit: 'own',
  input: z.strictObject({ ...ROLE_SHAPE, channelIds: ROLE_SHAPE.channelIds.default([]) }),
  output: Role,
  access: onServer(OF_ROLES),
  limit: 'state.write',
  audit: roleRecorded,
  refuses: [],
  async handle({ input, caller: { userId }, services, now, refuse }) {
    const { roles, entropy } = services;
    refuseUnfit(input);
    const { count, named } = await roles.holdAll(input.name);
    const holds = await hold(services, userId, input.channelIds);
    await refuseUnheld(services, userId, holds, input);
    refuseTaken(named);
    if (count >= CUSTOM_ROLES)
      refuse('invalid_input', [{ path: 'name', problem: 'too_many_roles' }]);
    const role = { id: RoleId.parse(entropy.id()), ...input };
    await roles.create(role, userId, now);
    return reply(role);
  },
});
