/** Shows one person of the workspace: to those who administer accounts with their address, and on record. */
import { z } from 'zod';
import { mayInWorkspace, onServer } from '../../access/index.ts';
import { UserId } from '../../contract/index.ts';
import { operationsFor, reply, type Resource } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';
import { shownUser, User } from '../user.ts';

const input = z.strictObject({ userId: UserId });
type Input = z.output<typeof input>;

export const userRead = operationsFor<AuthServices, AuthDomain>()({
  name: 'user.read',
  summary: 'One person of the workspace; with their e-mail for those who administer accounts.',
  on: { http: 'GET /v1/users/:userId', socket: true },
  commit: 'read',
  input,
  output: User.extend({
    /** Null for who does not administer accounts, and where it does not open under the person's key. */
    email: z.string().nullable(),
  }),
  access: {
    ...onServer('user.read'),
    about: ({ userId: id }: Input): Resource => ({ kind: 'account', id }),
  },
  limit: 'read',
  audit: {
    record: ({ input: { userId: id }, reply: { email } }) => ({
      resource: { kind: 'account', id },
      subjectId: id,
      details: { email: email !== null },
    }),
  },
  refuses: [],
  async handle({ input: { userId }, subject: role, services, refuse }) {
    const account = await services.administration.one(userId);
    const seesAll = mayInWorkspace(role, 'audit.read');
    const hidden = account?.status === 'erased' || (account?.status !== 'active' && !seesAll);
    if (!account || hidden) return refuse('not_found');
    const { displayName, email } = await services.ownProfile(userId);
    const shown = mayInWorkspace(role, 'user.administer') ? email : null;
    return reply({ ...shownUser(account, displayName), email: shown });
  },
});
