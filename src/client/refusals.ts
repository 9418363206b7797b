/** Makes values of every "no": of those on the wire, and of those that the client says by itself. */
import type { RefusalOnWire, Retry } from '../contract/refusals.ts';
import type { LocalRefusal, Outcome, Refused } from './types.ts';

const LOCAL = {
  signed_out: 'reauthenticate',
  unreachable: 'later',
  no_answer: 'later',
  payload_too_large: 'never',
} as const satisfies Record<LocalRefusal, Retry>;

export type LocalNo = Refused<LocalRefusal>;

export function refused(code: LocalRefusal): LocalNo {
  return { code, retry: LOCAL[code], traceId: null };
}

export function no(code: LocalRefusal): { readonly ok: false; readonly refusal: LocalNo } {
  return { ok: false, refusal: refused(code) };
}

/** Takes over the known members of what a server sent, whatever else there is; null if it is no refusal. */
export function refusalFrom(sent: unknown): Refused | null {
  if (typeof sent !== 'object' || sent === null) return null;
  const { code, retry, traceId, detail, retryAfterMs } = sent as Partial<RefusalOnWire>;
  if (typeof code !== 'string' || typeof retry !== 'string') return null;
  return {
    code,
    retry,
    traceId: traceId ?? null,
    ...(detail !== undefined && { detail }),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
  };
}

/** The acknowledgement of a call as an outcome; anything that is none leaves the outcome unknown. */
export function outcomeOf(reply: unknown): Outcome<unknown> {
  if (typeof reply !== 'object' || reply === null || !('ok' in reply)) return no('no_answer');
  if (reply.ok === true) return { ok: true, data: 'data' in reply ? reply.data : undefined };
  const refusal = refusalFrom('error' in reply ? reply.error : null);
  return refusal ? { ok: false, refusal } : no('no_answer');
}

/** Whether a refresh came to something: any other refusal than this one says nothing about its token. */
export function isJudged(outcome: Outcome<unknown> | null): outcome is Outcome<unknown> {
  return outcome?.ok === true || outcome?.refusal.code === 'invalid_refresh_token';
}
