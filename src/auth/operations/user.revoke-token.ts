/** Voids one access token of somebody's session, for whoever may end the session: it stands, and its owner refreshes it. */
import { z } from 'zod';
import { onAccount, Reason } from '../../access/index.ts';
import { Jti, SessionId, UserId } from '../../contract/index.ts';
import { operationsFor } from '../../kernel/index.ts';
import { actOn } from '../administration.ts';
import { revokeToken } from '../revoked-tokens.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const userRevokeToken = operationsFor<AuthServices, AuthDomain>()({
  name: 'user.revoke-token',
  summary: "Revokes one access token of somebody's session, by its jti; the session stands.",
  on: { http: 'PUT /v1/users/:userId/sessions/:sessionId/revoked-tokens/:jti', socket: true },
  commit: 'own',
  input: z.strictObject({
    userId: UserId,
    sessionId: SessionId,
    jti: Jti,
    reason: Reason.optional(),
  }),
  output: z.strictObject({ revoked: z.literal(true) }),
  access: onAccount('user.write', 'own-too'),
  limit: 'state.write',
  audit: {
    record: ({ input, subject }) =>
      actOn(subject, input, { session: input.sessionId, jti: input.jti }),
  },
  refuses: ['too_many_revoked_tokens'],
  async handle({ input, subject: { target }, services, now, refuse }) {
    if (!(await services.ownSessions.has(target.id, input.sessionId))) return refuse('not_found');
    return revokeToken(services, input, now, refuse);
  },
});
