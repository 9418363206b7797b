/** Ends all of the caller's sessions but the one that asks, or that one too, on every connection that uses them. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { Delivery } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { endedSessions } from '../ended-sessions.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const sessionRevokeAll = operationsFor<AuthServices, AuthDomain>()({
  name: 'session.revoke-all',
  summary: "Ends all of the caller's sessions, but for the one that asks unless told otherwise.",
  on: { http: 'DELETE /v1/sessions', socket: true },
  commit: 'own',
  input: z.strictObject({
    keepCurrent: z.boolean().default(true),
    delivery: Delivery.default('body'),
  }),
  output: z.strictObject({ revoked: z.int().nonnegative() }),
  access: signedIn(),
  // The cookie holds a token of the session that asks: it stays as long as that one does.
  cookie: { clears: ({ keepCurrent }) => keepCurrent === false },
  limit: 'state.write',
  audit: {
    record: ({ input: { keepCurrent }, reply: { revoked } }) => ({
      resource: { kind: 'session', id: null },
      details: { keepCurrent, revoked },
    }),
  },
  refuses: ['origin_not_allowed'],
  async handle({ input: { keepCurrent }, caller: { userId, sessionId }, services, now }) {
    const but = keepCurrent ? sessionId : null;
    const ended = await services.ownSessions.end(userId, 'revoked', now, but);
    return reply({ revoked: ended.length }, ...endedSessions(ended));
  },
});
