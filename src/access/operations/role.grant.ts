/** Gives somebody a role; nobody gives what they do not hold, and nobody themselves. */
import { z } from 'zod';
import {
  ROLE_CHANNELS,
  ROLE_HOLDERS,
  RoleId,
  RoleName,
  ROLES_OF_ONE,
  UserId,
} from '../../contract/index.ts';
import { operationsFor, reply, tell, type Resource } from '../../kernel/index.ts';
import { opensPublic } from '../custom-roles.ts';
import { isLetInByRole, sees } from '../decide.ts';
import { onServer } from '../declare.ts';
import { hold, OF_ROLES, refuseUnheld } from '../roles.ts';
import type { AccessServices } from '../services.ts';

const input = z.strictObject({ roleId: RoleId, userId: UserId });
type Input = z.output<typeof input>;

export const roleGrant = operationsFor<AccessServices, unknown>()({
  name: 'role.grant',
  summary: 'Gives somebody a role, from the next commit on.',
  on: { http: 'PUT /v1/roles/:roleId/holders/:userId', socket: true },
  commit: 'own',
  input,
  output: z.strictObject({ roleId: RoleId, userId: UserId, name: RoleName, already: z.boolean() }),
  access: {
    ...onServer(OF_ROLES),
    about: ({ userId: id }: Input): Resource => ({ kind: 'account', id }),
  },
  limit: 'state.write',
  audit: {
    record: ({ reply: { roleId, userId, name, already } }) => ({
      resource: { kind: 'role', id: roleId },
      subjectId: userId,
      details: { name, already },
    }),
  },
  refuses: [],
  async handle({ input: grant, caller, services, now, refuse }) {
    const { roles, standings } = services;
    const { roleId, userId } = grant;
    const role = await roles.lock(roleId);
    if (!role) return refuse('not_found');
    const holds = await hold(services, caller.userId, role.channelIds, [userId]);
    await refuseUnheld(services, caller.userId, holds, role);
    // What opens a channel would outlive whoever gave it to themselves being removed from there.
    if (userId === caller.userId) refuse('forbidden');
    if (!(await standings.isActive(userId))) refuse('not_found');
    const held = await roles.heldBy(grant);
    const said = { ...grant, name: role.name };
    if (held.holds) return reply({ ...said, already: true });
    const isFull = (await roles.holders(roleId, null, ROLE_HOLDERS)).length >= ROLE_HOLDERS;
    if (isFull) refuse('invalid_input', [{ path: 'roleId', problem: 'too_many_holders' }]);
    if (held.count >= ROLES_OF_ONE)
      refuse('invalid_input', [{ path: 'userId', problem: 'too_many_roles' }]);
    await roles.grant(grant, caller.userId, now);
    // Of a channel that does not exist for them, they do not hear either.
    const isPublic = opensPublic(null, role);
    const reached = isPublic ? await roles.publicOnes(ROLE_CHANNELS) : role.channelIds;
    const opened = [...(await standings.inChannels(userId, reached))]
      .filter(([, standing]) => (isPublic ? isLetInByRole(standing) : sees(standing)))
      .map(([channelId]) => tell(userId, 'access.changed', { channelId }));
    return reply({ ...said, already: false }, ...opened);
  },
});
