/** Signs in with e-mail and password. Whatever is wrong, the answer and the work are the same. */
import { z } from 'zod';
import { bySlug, open } from '../../access/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { Email, sameAddress } from '../email.ts';
import { PasswordText } from '../passwords.ts';
import type { AuthDomain, AuthServices } from '../services.ts';
import { Grant } from '../sessions.ts';
import { Slug } from '../workspaces.ts';

const input = z.strictObject({
  workspace: Slug.optional(),
  email: Email,
  password: PasswordText,
  /** A name for the list of one's sessions, e.g. `Laptop`. */
  device: z.string().trim().max(100).optional(),
});

export const sessionOpen = operationsFor<AuthServices, AuthDomain>()({
  name: 'session.open',
  summary: 'Signs in: an access token, and a refresh token to renew it with.',
  on: { http: 'POST /v1/sessions' },
  status: 201,
  commit: 'own',
  input,
  output: Grant,
  access: open(
    'signing in is how a caller stops being anonymous',
    ({ workspace }: z.output<typeof input>) => bySlug(workspace),
  ),
  limit: 'auth.login',
  limitBy: ({ email }) => sameAddress(email),
  audit: {
    record: ({ reply: { userId, sessionId } }) => ({
      resource: { kind: 'session', id: sessionId },
      actorId: userId,
    }),
  },
  refuses: ['invalid_credentials'],
  async prepare({ input: claim, caller, domain, refuse }) {
    return (await domain.prove(caller.workspaceId, claim)) ?? refuse('invalid_credentials');
  },
  async handle({ input: { device }, caller: { origin }, services, prepared: proof, now, refuse }) {
    const { address, userAgent } = origin;
    const from = { name: device ?? null, address, userAgent };
    const grant = await services.beginSession(proof, from, now);
    return grant ? reply(grant) : refuse('invalid_credentials');
  },
});
