/** Lists who holds a role, to who may take it from them, and on record. */
import { z } from 'zod';
import { PAGE_ENTRIES, RoleId, UserId } from '../../contract/index.ts';
import { operationsFor, reply, type Resource } from '../../kernel/index.ts';
import { onServer } from '../declare.ts';
import { OF_ROLES } from '../roles.ts';
import type { AccessServices } from '../services.ts';

const input = z.strictObject({
  roleId: RoleId,
  /** The last id of the page before. */
  after: UserId.optional(),
  limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
});
type Input = z.output<typeof input>;

export const roleListHolders = operationsFor<AccessServices, unknown>()({
  name: 'role.list-holders',
  summary: 'Who holds a role, in order of id.',
  on: { http: 'GET /v1/roles/:roleId/holders', socket: true },
  commit: 'read',
  input,
  output: z.strictObject({
    holders: z.array(UserId),
    /** Where the next page begins, as its `after`; null on the last. */
    next: UserId.nullable(),
  }),
  access: {
    ...onServer(OF_ROLES),
    about: ({ roleId: id }: Input): Resource => ({ kind: 'role', id }),
  },
  limit: 'read',
  audit: {
    record: ({ input: { roleId: id }, reply: { holders } }) => ({
      resource: { kind: 'role', id },
      details: { holders: holders.length },
    }),
  },
  refuses: [],
  async handle({ input: { roleId, after = null, limit }, services: { roles }, refuse }) {
    if (!(await roles.exists(roleId))) refuse('not_found');
    const found = await roles.holders(roleId, after, limit + 1);
    const holders = found.slice(0, limit);
    return reply({ holders, next: found.length > limit ? (holders.at(-1) ?? null) : null });
  },
});
