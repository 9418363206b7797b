/** Lists the people of the workspace to who may see them; who is not in use is shown to those who audit. */
import { z } from 'zod';
import { mayInWorkspace, onServer } from '../../access/index.ts';
import { PAGE_ENTRIES, UserId } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';
import { shownUser, User } from '../user.ts';

export const userList = operationsFor<AuthServices, AuthDomain>()({
  name: 'user.list',
  summary:
    'The people of the workspace, in order of id; locked and deactivated ones only for who may read the audit.',
  on: { http: 'GET /v1/users', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** The last id of the page before. */
    after: UserId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    users: z.array(User),
    /** Where the next page begins, as its `after`; null on the last. */
    next: UserId.nullable(),
  }),
  access: onServer('user.read'),
  limit: 'read',
  audit: { skip: 'names and roles are for everybody who may see the people of the workspace' },
  refuses: [],
  async handle({ input: { after = null, limit }, subject: role, services }) {
    const activeOnly = !mayInWorkspace(role, 'audit.read');
    const found = await services.administration.page({ after, limit: limit + 1, activeOnly });
    const page = found.slice(0, limit);
    const names = await services.names(page.map(({ id }) => id));
    const users = page.map((account) => shownUser(account, names.get(account.id) ?? null));
    return reply({ users, next: found.length > limit ? (page.at(-1)?.id ?? null) : null });
  },
});
