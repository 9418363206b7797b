/** Exchanges a refresh token for its successor; a copy of a used one ends the session it belongs to. */
import { z } from 'zod';
import { open } from '../../access/index.ts';
import { Delivery } from '../../contract/index.ts';
import { operationsFor, Refusal, reply, type WorkspaceHint } from '../../kernel/index.ts';
import { readToken, RefreshToken, type OpaqueToken } from '../opaque-token.ts';
import type { AuthDomain, AuthServices } from '../services.ts';
import { GrantOnWire } from '../sessions.ts';

const input = z
  .strictObject({
    /** Left out where it is delivered by cookie. */
    refreshToken: RefreshToken.optional(),
    /** Fresh for each refresh and the same in its retries, so that a lost answer can be asked for again. */
    nonce: z.string().regex(/^[\w-]{16,64}$/),
    delivery: Delivery.default('body'),
  })
  .refine(({ refreshToken, delivery }) => refreshToken !== undefined || delivery === 'cookie', {
    path: ['refreshToken'],
  });
type Input = z.output<typeof input>;

/** A browser that has no cookie has no session, which is nothing that its page did wrong. */
function parsed({ refreshToken = '' }: Input): OpaqueToken {
  const token = readToken('cr1', refreshToken);
  if (!token) throw new Refusal('invalid_refresh_token');
  return token;
}

const hint = (given: Input): WorkspaceHint => ({
  by: 'id',
  id: parsed(given).workspaceId,
  otherwise: 'invalid_refresh_token',
});

export const sessionRefresh = operationsFor<AuthServices, AuthDomain>()({
  name: 'session.refresh',
  summary: 'Renews the tokens of a session; the refresh token given is used up.',
  on: { http: 'POST /v1/sessions/refresh' },
  commit: 'own',
  input,
  output: GrantOnWire,
  access: open('the refresh token is the credential', hint),
  cookie: { reads: true, writes: true },
  limit: 'auth.refresh',
  audit: {
    record: ({ reply: { userId, sessionId } }) => ({
      resource: { kind: 'session', id: sessionId },
      actorId: userId,
    }),
  },
  refuses: ['invalid_refresh_token', 'origin_not_allowed', 'ambiguous_credential'],
  // The rotation commits here, in a transaction of its own: a reuse ends the session although it is refused. If
  // what follows fails, a retry with the same nonce gets the same tokens.
  async prepare({ input: given, caller, domain, now, traceId, refuse }) {
    const { nonce } = given;
    const rotated = await domain.rotate({ ...parsed(given), nonce, at: now, caller, traceId });
    if (rotated.kind === 'renewed') return rotated.grant;
    if (rotated.kind === 'reused')
      throw new Refusal('invalid_refresh_token', { cause: rotated.reuse });
    return refuse('invalid_refresh_token');
  },
  handle: ({ prepared: grant }) => Promise.resolve(reply(grant)),
});
