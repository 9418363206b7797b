/** Asks for a mail with which to set a new password. The answer and the work are the same for every address. */
import { z } from 'zod';
import { bySlug, open } from '../../access/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { Email, sameAddress } from '../email.ts';
import type { AuthDomain, AuthServices } from '../services.ts';
import { Slug } from '../workspaces.ts';

const input = z.strictObject({ workspace: Slug.optional(), email: Email });

export const passwordRequestReset = operationsFor<AuthServices, AuthDomain>()({
  name: 'password.request-reset',
  summary:
    'Asks for a mail with a code to set a new password; the answer does not tell whether there is an account.',
  on: { http: 'POST /v1/password-resets' },
  status: 202,
  commit: 'own',
  input,
  output: z.strictObject({ accepted: z.literal(true) }),
  access: open(
    'whoever has lost the password cannot sign in',
    ({ workspace }: z.output<typeof input>) => bySlug(workspace),
  ),
  limit: 'auth.reset',
  limitBy: ({ email }) => sameAddress(email),
  // Whose account it is, if anybody's, is not looked up here.
  audit: { record: () => ({ resource: { kind: 'account', id: null } }) },
  refuses: [],
  async handle({ input: { email }, services, refuse }) {
    const taken = await services.passwordResets.ask(email);
    return taken ? reply({ accepted: true as const }) : refuse('overloaded');
  },
});
