/** Finds somebody by the address they gave, to invite them; who is not to be found looks like who is not there. */
import { z } from 'zod';
import { onServer } from '../../access/index.ts';
import { UserId } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { Email } from '../email.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const userFind = operationsFor<AuthServices, AuthDomain>()({
  name: 'user.find',
  summary: 'The person of the workspace who has this e-mail, if their account is active.',
  // POST: an address is personal, and what stands in a URL ends up in the logs of proxies.
  on: { http: 'POST /v1/users/find', socket: true },
  commit: 'own', // it changes nothing but the trail, and the answer leaves only with its entry
  input: z.strictObject({ email: Email }),
  output: z.strictObject({
    userId: UserId,
    /** Null where what is stored does not open under the person's key. */
    displayName: z.string().nullable(),
  }),
  access: onServer('user.find'),
  limit: 'user.find',
  audit: {
    record: ({ reply: { userId } }) => ({
      resource: { kind: 'account', id: userId },
      subjectId: userId,
    }),
  },
  refuses: [],
  async handle({ input: { email }, services, refuse }) {
    return reply((await services.findPerson(email)) ?? refuse('not_found'));
  },
});
