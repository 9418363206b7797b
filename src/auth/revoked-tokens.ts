/** One access token less: refused everywhere from the commit on, while its session and its refresh token go on. */
import type { Jti, SessionId } from '../contract/index.ts';
import { reply, type Outcome, type Refuse } from '../kernel/index.ts';
import type { AuthServices } from './services.ts';

interface Named {
  readonly sessionId: SessionId;
  readonly jti: Jti;
}

/**
 * Of a session that stands, whose right to it was decided. A yes says that the token is void, whether or not there ever
 * was one of that name (as RFC 7009 §2.2 has it): what is issued is not kept. Refuses `too_many_revoked_tokens`.
 */
export async function revokeToken(
  { revokedTokens }: Pick<AuthServices, 'revokedTokens'>,
  { sessionId, jti }: Named,
  at: Date,
  refuse: Refuse<'too_many_revoked_tokens'>,
): Promise<Outcome<{ revoked: true }>> {
  if (!(await revokedTokens.add(sessionId, jti, at))) return refuse('too_many_revoked_tokens');
  return reply({ revoked: true as const }, { effect: 'token-revoked', sessionId, jti });
}
