/** Lists the roles of the workspace's own making, to who may give them. */
import { z } from 'zod';
import { PAGE_ENTRIES, RoleId } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { onServer } from '../declare.ts';
import { OF_ROLES, Role } from '../roles.ts';
import type { AccessServices } from '../services.ts';

export const roleList = operationsFor<AccessServices, unknown>()({
  name: 'role.list',
  summary: 'The roles of the workspace, with how many hold each, in order of id.',
  on: { http: 'GET /v1/roles', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** The last id of the page before. */
    after: RoleId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    roles: z.array(Role.extend({ holders: z.int().nonnegative() })),
    /** Where the next page begins, as its `after`; null on the last. */
    next: RoleId.nullable(),
  }),
  access: onServer(OF_ROLES),
  limit: 'read',
  audit: { skip: 'what there is to be given; who holds it is asked apart, and on record' },
  refuses: [],
  async handle({ input: { after = null, limit }, services: { roles } }) {
    const found = await roles.list(after, limit + 1);
    const page = found.slice(0, limit).map(({ permissions, channelIds, ...role }) => {
      return { ...role, permissions: [...permissions], channelIds: [...channelIds] };
    });
    return reply({ roles: page, next: found.length > limit ? (page.at(-1)?.id ?? null) : null });
  },
});
