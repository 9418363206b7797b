/** Ends one of the caller's own sessions, on every connection that uses it; those of others are not there. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { SessionId } from '../../contract/index.ts';
import { operationsFor, Refusal, reply, type Access, type Actor } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

const input = z.strictObject({ sessionId: SessionId });
type Input = z.output<typeof input>;

const self = signedIn();

const ofCaller: Access<Input, Actor, SessionId, AuthServices> = {
  ...self,
  describe: 'signed in, about a session of their own',
  about: ({ sessionId: id }) => ({ kind: 'session', id }),
  async resolve(request) {
    await self.resolve(request);
    const { input: asked, caller, services } = request;
    const theirs = await services.ownSessions.has(caller.userId, asked.sessionId);
    if (!theirs) throw new Refusal('not_found');
    return asked.sessionId;
  },
};

export const sessionRevoke = operationsFor<AuthServices, AuthDomain>()({
  name: 'session.revoke',
  summary: "Ends one of the caller's sessions; its tokens are void and its connections are closed.",
  on: { http: 'DELETE /v1/sessions/:sessionId', socket: true },
  commit: 'own',
  input,
  output: z.strictObject({ revoked: z.literal(true) }),
  access: ofCaller,
  limit: 'state.write',
  audit: { record: ({ subject: id }) => ({ resource: { kind: 'session', id } }) },
  refuses: [],
  async handle({ subject: sessionId, services, now }) {
    await services.revokeSession(sessionId, now);
    return reply(
      { revoked: true as const },
      { effect: 'session-ended', sessionId, closure: 'session_ended' },
    );
  },
});
