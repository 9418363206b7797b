/** The effects of ended sessions: their connections are closed, on every node, and told to sign in again. */
import type { SessionId } from '../contract/index.ts';
import type { SessionEnded } from '../kernel/index.ts';

export function endedSessions(ids: readonly SessionId[]): SessionEnded[] {
  return ids.map((sessionId) => ({
    effect: 'session-ended',
    sessionId,
    closure: 'session_ended',
  }));
}
