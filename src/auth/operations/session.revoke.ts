/** Ends one of the caller's own sessions, on every connection that uses it; those of others are not there. */
import { z } from 'zod';
import { SessionId } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { ofOwnSession } from '../own-session-access.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const sessionRevoke = operationsFor<AuthServices, AuthDomain>()({
  name: 'session.revoke',
  summary: "Ends one of the caller's sessions; its tokens are void and its connections are closed.",
  on: { http: 'DELETE /v1/sessions/:sessionId', socket: true },
  commit: 'own',
  input: z.strictObject({ sessionId: SessionId }),
  output: z.strictObject({ revoked: z.literal(true) }),
  access: ofOwnSession,
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
