/** Asks for another mail with a code that proves one's address; who has proved it is sent none. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import type { UserId } from '../../contract/index.ts';
import { operationsFor, reply, type Access, type Actor } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

const self = signedIn();

const ownAccount: Access<unknown, Actor, UserId, AuthServices> = {
  ...self,
  async resolve(request) {
    await self.resolve(request);
    return request.caller.userId;
  },
};

export const emailRequestVerification = operationsFor<AuthServices, AuthDomain>()({
  name: 'email.request-verification',
  summary: "Asks for a mail with a code that proves the caller's e-mail address.",
  on: { http: 'POST /v1/me/email/verification', socket: true },
  status: 202,
  commit: 'own',
  input: z.strictObject({}),
  output: z.strictObject({ accepted: z.literal(true) }),
  access: ownAccount,
  limit: 'auth.verify',
  audit: { record: ({ subject: id }) => ({ resource: { kind: 'account', id } }) },
  refuses: [],
  async handle({ subject: userId, services, refuse }) {
    const taken = await services.emailVerification.ask(userId);
    return taken ? reply({ accepted: true as const }) : refuse('overloaded');
  },
});
