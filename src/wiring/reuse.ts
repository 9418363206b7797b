/** The reuse of a refresh token is on the trail, in the transaction that ends its session. */
import type { Audit } from '../audit/index.ts';
import type { AuthOptions } from '../auth/index.ts';

/** `audit` is asked when there is a reuse: accounts and sessions are built before the trail. */
export const reuseRecorded =
  (audit: () => Audit): AuthOptions['recordReuse'] =>
  (tx, { userId, sessionId }, { caller, traceId }) =>
    audit().event(tx, {
      action: 'session.refresh',
      type: 'refresh_reused',
      outcome: 'invalid_refresh_token',
      caller,
      traceId,
      facts: { resource: { kind: 'session', id: sessionId }, actorId: userId },
    });
