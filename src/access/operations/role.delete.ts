/** Takes a role away for good, from everybody who holds it, on every node. */
import { z } from 'zod';
import { ROLE_HOLDERS, RoleId } from '../../contract/index.ts';
import { operationsFor, reply, type Resource } from '../../kernel/index.ts';
import { onServer } from '../declare.ts';
import { hold, OF_ROLES, refuseAbove } from '../roles.ts';
import type { AccessServices } from '../services.ts';

const input = z.strictObject({ roleId: RoleId });
type Input = z.output<typeof input>;

export const roleDelete = operationsFor<AccessServices, unknown>()({
  name: 'role.delete',
  summary: 'Deletes a role; whoever holds it does so no more.',
  on: { http: 'DELETE /v1/roles/:roleId', socket: true },
  commit: 'own',
  input,
  output: z.strictObject({ id: RoleId, holders: z.int().nonnegative() }),
  access: {
    ...onServer(OF_ROLES),
    about: ({ roleId: id }: Input): Resource => ({ kind: 'role', id }),
  },
  limit: 'state.write',
  audit: {
    record: ({ reply: { id, holders } }) => ({
      resource: { kind: 'role', id },
      details: { holders },
    }),
  },
  refuses: [],
  async handle({ input: { roleId: id }, caller: { userId }, services, refuse }) {
    const { roles } = services;
    const role = await roles.lock(id);
    if (!role) return refuse('not_found');
    const holders = await roles.holders(id, null, ROLE_HOLDERS);
    refuseAbove(await hold(services, userId, [], holders), role);
    await roles.delete(id);
    await roles.taken(holders);
    return reply({ id, holders: holders.length }, { effect: 'control-recorded' });
  },
});
