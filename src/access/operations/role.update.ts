/** Changes what a role is, for all who hold it, at once; it becomes no wider than what the caller holds. */
import { z } from 'zod';
import { ROLE_CHANNELS, ROLE_HOLDERS, RoleId } from '../../contract/index.ts';
import { operationsFor, reply, type Effect, type Resource } from '../../kernel/index.ts';
import { newlyOpened, opensPublic } from '../custom-roles.ts';
import { onServer } from '../declare.ts';
import {
  hold,
  isNarrower,
  OF_ROLES,
  refuseAbove,
  refuseTaken,
  refuseUnfit,
  refuseUnheld,
  Role,
  ROLE_SHAPE,
  roleRecorded,
} from '../roles.ts';
import type { AccessServices } from '../services.ts';

const input = z
  .strictObject({
    roleId: RoleId,
    name: ROLE_SHAPE.name.optional(),
    permissions: ROLE_SHAPE.permissions.optional(),
    scope: ROLE_SHAPE.scope.optional(),
    channelIds: ROLE_SHAPE.channelIds.optional(),
  })
  .refine((asked) => Object.keys(asked).length > 1, { message: 'changes nothing' });
type Input = z.output<typeof input>;

export const roleUpdate = operationsFor<AccessServices, unknown>()({
  name: 'role.update',
  summary:
    'Changes a role for all who hold it; where it takes something, their connections come back and are asked anew.',
  on: { http: 'PATCH /v1/roles/:roleId', socket: true },
  commit: 'own',
  input,
  output: Role,
  access: {
    ...onServer(OF_ROLES),
    about: ({ roleId: id }: Input): Resource => ({ kind: 'role', id }),
  },
  limit: 'state.write',
  audit: roleRecorded,
  refuses: [],
  async handle({ input: asked, caller: { userId, workspaceId }, services, refuse }) {
    const { roles } = services;
    const { roleId: id, ...change } = asked;
    const taken = change.name === undefined ? null : (await roles.holdAll(change.name)).named;
    const before = await roles.lock(id);
    if (!before) return refuse('not_found');
    const { name = before.name, scope = before.scope } = change;
    const { permissions = before.permissions } = change;
    const kept = scope === 'channels' ? before.channelIds : [];
    const after = { id, name, scope, permissions, channelIds: change.channelIds ?? kept };
    refuseUnfit(after);
    const narrows = isNarrower(before, after);
    const holders = narrows ? await roles.holders(id, null, ROLE_HOLDERS) : [];
    const holds = await hold(services, userId, after.channelIds, holders);
    refuseAbove(holds, before);
    await refuseUnheld(services, userId, holds, after);
    refuseTaken(taken, id);
    await roles.update(after);
    await roles.taken(holders);
    const { channelIds } = after;
    const opened = opensPublic(before, after)
      ? await roles.publicOnes(ROLE_CHANNELS)
      : newlyOpened(before, after);
    const effects: Effect[] = [];
    // Whose connections come back asks anew in any case.
    if (holders.length > 0) effects.push({ effect: 'control-recorded' });
    else if (opened.length > 0)
      effects.push({
        effect: 'reading-opened',
        workspaceId,
        channelIds: opened,
        to: { roleId: id },
      });
    return reply(
      { ...after, permissions: [...permissions], channelIds: [...channelIds] },
      ...effects,
    );
  },
});
