/** Brings a newer access token of the same session into a live connection, which keeps its place and its rooms. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const authRefresh = operationsFor<AuthServices, AuthDomain>()({
  name: 'auth.refresh',
  summary: 'Lets the connection go on under a newer access token of its own session.',
  on: { socket: true },
  commit: 'read',
  input: z.strictObject({ token: z.string().min(1).max(8_192) }),
  /** Seconds until the token expires, and with it the authority of the connection. */
  output: z.strictObject({ expiresIn: z.int().nonnegative() }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: 'the refresh that made the token is on record, and nothing else changes' },
  refuses: [],
  prepare({ input: { token }, caller, domain, refuse }) {
    const claims = domain.proveToken(token);
    const { workspaceId, userId, sessionId } = claims;
    const same =
      workspaceId === caller.workspaceId &&
      userId === caller.userId &&
      sessionId === caller.sessionId;
    return Promise.resolve(same ? claims : refuse('forbidden'));
  },
  async handle({ caller: { userId, sessionId }, services, prepared: claims, now, refuse }) {
    // The row decides: what was remembered of the session may be seconds old.
    const open = await services.ownSessions.has(userId, sessionId);
    if (!open) return refuse('unauthenticated');
    if (await services.revokedTokens.has(sessionId, claims.jti)) return refuse('token_revoked');
    const expiresIn = Math.max(Math.floor((claims.expiresAt - now.getTime()) / 1_000), 0);
    return reply({ expiresIn }, { effect: 'reauthorised', claims });
  },
});
