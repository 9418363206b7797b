/** Voids one access token of the caller's own: the session that it is of stands, and whoever is on the token comes back by it. */
import { z } from 'zod';
import { Jti, SessionId } from '../../contract/index.ts';
import { operationsFor } from '../../kernel/index.ts';
import { ofOwnSession } from '../own-session-access.ts';
import { revokeToken } from '../revoked-tokens.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const sessionRevokeToken = operationsFor<AuthServices, AuthDomain>()({
  name: 'session.revoke-token',
  summary: 'Revokes one access token of a session of the caller, by its jti; the session stands.',
  on: { http: 'PUT /v1/sessions/:sessionId/revoked-tokens/:jti', socket: true },
  commit: 'own',
  input: z.strictObject({ sessionId: SessionId, jti: Jti }),
  output: z.strictObject({ revoked: z.literal(true) }),
  access: ofOwnSession,
  limit: 'state.write',
  audit: {
    record: ({ input: { sessionId: id, jti } }) => ({
      resource: { kind: 'session', id },
      details: { jti },
    }),
  },
  refuses: ['too_many_revoked_tokens'],
  handle: ({ input, services, now, refuse }) => revokeToken(services, input, now, refuse),
});
