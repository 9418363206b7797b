/** The closed catalogue of what the audit trail can hold besides accepted calls, with how serious each is. */
import type { RefusalCode } from '../contract/index.ts';

export type Severity = 'info' | 'warning' | 'critical';

export const EVENT_TYPES = {
  /** An accepted call. */
  operation: 'info',
  login_attempt: 'info',
  login_failed: 'warning',
  authorization_failed: 'warning',
  token_expired: 'info',
  token_invalid: 'warning',
  /** A refresh token came a second time: somebody has a copy, and the session was ended. */
  refresh_reused: 'critical',
  limit_exceeded: 'warning',
  /** Something sealed did not open: a row was changed in the database, or a key is missing. */
  integrity_failed: 'critical',
} as const satisfies Record<string, Severity>;

export type EventType = keyof typeof EVENT_TYPES;

/** Which refusals are security-relevant, and as what they are recorded; the others are only counted. */
const REFUSED: Partial<Record<RefusalCode, EventType>> = {
  invalid_credentials: 'login_failed',
  invalid_refresh_token: 'token_invalid',
  invalid_code: 'token_invalid',
  unauthenticated: 'token_invalid',
  token_expired: 'token_expired',
  token_revoked: 'token_invalid',
  forbidden: 'authorization_failed',
  not_found: 'authorization_failed',
  restricted_by_workspace: 'authorization_failed',
  banned: 'authorization_failed',
  muted: 'authorization_failed',
  origin_not_allowed: 'authorization_failed',
  unknown_host: 'authorization_failed',
  ambiguous_credential: 'token_invalid',
  registration_closed: 'authorization_failed',
  rate_limited: 'limit_exceeded',
};

/** The type a refusal is recorded under, or null when it is not security-relevant. */
export function typeOfRefusal(code: RefusalCode): EventType | null {
  return REFUSED[code] ?? null;
}

/** The type an accepted call is recorded under. */
export function typeOfAccepted(operation: string): EventType {
  return operation === 'session.open' ? 'login_attempt' : 'operation';
}
