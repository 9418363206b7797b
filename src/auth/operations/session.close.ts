/** Signs out: the caller's own session ends, here and on every connection that uses it. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { Delivery, type SessionId } from '../../contract/index.ts';
import { operationsFor, reply, type Access, type Actor } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

const self = signedIn();

/** The subject is the session that asks: there is no id in the input that could name another. */
const ownSession: Access<unknown, Actor, SessionId, AuthServices> = {
  ...self,
  async resolve(request) {
    await self.resolve(request);
    return request.caller.sessionId;
  },
};

export const sessionClose = operationsFor<AuthServices, AuthDomain>()({
  name: 'session.close',
  summary: 'Ends the session of the caller; its tokens are void and its connections are closed.',
  on: { http: 'DELETE /v1/sessions/current', socket: true },
  commit: 'own',
  input: z.strictObject({ delivery: Delivery.default('body') }),
  output: z.strictObject({ closed: z.literal(true) }),
  access: ownSession,
  cookie: { clears: () => true },
  limit: 'state.write',
  audit: { record: ({ subject: id }) => ({ resource: { kind: 'session', id } }) },
  refuses: ['origin_not_allowed'],
  async handle({ subject: sessionId, services, now }) {
    await services.closeSession(sessionId, now);
    return reply(
      { closed: true as const },
      { effect: 'session-ended', sessionId, closure: 'session_ended' },
    );
  },
});
