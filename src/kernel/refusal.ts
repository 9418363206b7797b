/** An expected, client-visible "no". Anything else that is thrown is a bug and leaves as `internal`. */
import type { LimitOnWire, RefusalCode } from '../contract/index.ts';
import type { ProvedSession } from './caller.ts';

export class Refusal extends Error {
  readonly code: RefusalCode;
  /** What the client is told beside the code; never text from inside the server. */
  readonly detail: unknown;
  readonly retryAfterMs: number | undefined;
  /** The limit that is used up, where that is the reason. */
  readonly limit: LimitOnWire | undefined;
  /** Of which session a genuine access token is that lets nobody in here or any more; for the trail, never for the client. */
  readonly claims: ProvedSession | undefined;

  constructor(
    code: RefusalCode,
    options: {
      readonly detail?: unknown;
      readonly retryAfterMs?: number;
      readonly limit?: LimitOnWire;
      readonly claims?: ProvedSession;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Refusal';
    this.code = code;
    this.detail = options.detail;
    this.retryAfterMs = options.retryAfterMs;
    this.limit = options.limit;
    this.claims = options.claims;
  }
}
