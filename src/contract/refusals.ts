/** The closed table of every expected "no", the same on HTTP and on a socket; nothing else leaves the server as an error. */

/** What the caller should do: give up, wait and try again, or obtain a new token first. */
export type Retry = 'never' | 'later' | 'reauthenticate';

export const REFUSALS = {
  invalid_input: {
    http: 400,
    retry: 'never',
    title: 'The input does not have the declared shape.',
  },
  unauthenticated: {
    http: 401,
    retry: 'reauthenticate',
    title: 'No valid access token was presented.',
  },
  token_expired: { http: 401, retry: 'reauthenticate', title: 'The access token has expired.' },
  token_revoked: {
    http: 401,
    retry: 'reauthenticate',
    title: 'The access token was revoked. Its session stands, and can be refreshed.',
  },
  invalid_credentials: { http: 401, retry: 'never', title: 'The e-mail or the password is wrong.' },
  invalid_refresh_token: {
    http: 401,
    retry: 'never',
    title: 'The refresh token is not valid. Sign in again.',
  },
  invalid_code: {
    http: 403,
    retry: 'never',
    title: 'The code was used, was replaced by a newer one, or is too old. Ask for another.',
  },
  forbidden: { http: 403, retry: 'never', title: 'The caller may not do this.' },
  origin_not_allowed: { http: 403, retry: 'never', title: 'Pages of this origin may not connect.' },
  ambiguous_credential: {
    http: 400,
    retry: 'never',
    title: 'The refresh token came twice: one place has to be chosen.',
  },
  insecure_transport: {
    http: 403,
    retry: 'never',
    title: 'The request came without TLS: whatever was secret in it is not any more.',
  },
  restricted_by_workspace: {
    http: 403,
    retry: 'never',
    title: 'The settings of the workspace leave this to others.',
  },
  registration_closed: {
    http: 403,
    retry: 'never',
    title: 'An invitation is needed to register here.',
  },
  not_found: {
    http: 404,
    retry: 'never',
    title: 'There is no such thing, or the caller may not see it.',
  },
  unknown_operation: { http: 404, retry: 'never', title: 'There is no such operation.' },
  method_not_allowed: {
    http: 405,
    retry: 'never',
    title: 'The path does not answer to this method.',
  },
  name_taken: {
    http: 409,
    retry: 'never',
    title: 'The slug or the host is taken already; detail says which.',
  },
  last_owner: { http: 409, retry: 'never', title: 'A channel keeps at least one owner.' },
  last_admin: { http: 409, retry: 'never', title: 'A workspace keeps at least one active admin.' },
  erasure_open: {
    http: 409,
    retry: 'never',
    title: 'This erasure was asked for before; detail says by which id.',
  },
  erasure_begun: {
    http: 409,
    retry: 'never',
    title: 'The erasure has begun, or is over: it cannot be taken back.',
  },
  text_changed: {
    http: 409,
    retry: 'never',
    title: 'The text that is agreed to has another version by now: it has to be read again.',
  },
  second_person: {
    http: 409,
    retry: 'never',
    title:
      'Whoever placed a legal hold neither lifts it nor has it opened: that takes another administrator.',
  },
  channel_archived: {
    http: 409,
    retry: 'never',
    title: 'The channel is archived and takes no changes.',
  },
  message_deleted: { http: 409, retry: 'never', title: 'The message has been deleted.' },
  muted: {
    http: 403,
    retry: 'never',
    title: 'The caller is muted in this channel, until the time in detail if there is one.',
  },
  banned: {
    http: 403,
    retry: 'never',
    title: 'The person is banned from this channel, until the time in detail if there is one.',
  },
  filtered: {
    http: 422,
    retry: 'never',
    title: 'A rule of this channel or workspace does not let the text through.',
  },
  too_many_filters: {
    http: 409,
    retry: 'never',
    title: 'There are as many filters, or patterns of that size, as a message is held against.',
  },
  slow_mode: {
    http: 429,
    retry: 'later',
    title: 'This channel takes one post of a person at a time. Wait for retryAfterMs.',
  },
  report_claimed: {
    http: 409,
    retry: 'never',
    title: 'Another moderator has taken the report up.',
  },
  report_closed: { http: 409, retry: 'never', title: 'The report was decided before.' },
  export_not_ready: {
    http: 409,
    retry: 'never',
    title: 'The export is not finished, or its time is over.',
  },
  extension_closed: {
    http: 409,
    retry: 'never',
    title: 'The request was answered or extended before, or its first month is over.',
  },
  edit_window_closed: {
    http: 409,
    retry: 'never',
    title: 'The time in which the message could be edited is over.',
  },
  too_many_reactions: {
    http: 409,
    retry: 'never',
    title: 'The message has as many kinds of reactions as one can have.',
  },
  too_many_pins: {
    http: 409,
    retry: 'never',
    title: 'The channel has as many pinned messages as it can have.',
  },
  too_many_revoked_tokens: {
    http: 409,
    retry: 'never',
    title: 'As many tokens of this session were revoked as are kept. End the session instead.',
  },
  stale_client_id: {
    http: 409,
    retry: 'never',
    title: 'The clientId is too old to be accepted as new.',
  },
  unknown_host: {
    http: 421,
    retry: 'later', // what is wrong is set on the way here: a client has nothing to give up
    title: 'This server does not answer to that host. Proxies have to pass the Host header on.',
  },
  payload_too_large: { http: 413, retry: 'never', title: 'The request is larger than allowed.' },
  unsupported_media_type: {
    http: 415,
    retry: 'never',
    title: 'The body must be application/json.',
  },
  password_policy: {
    http: 422,
    retry: 'never',
    title: 'The password breaks the rules listed in detail.',
  },
  rate_limited: { http: 429, retry: 'later', title: 'Too many calls. Wait for retryAfterMs.' },
  internal: { http: 500, retry: 'later', title: 'Something went wrong on the server.' },
  overloaded: { http: 503, retry: 'later', title: 'The server has too much to do at the moment.' },
  unavailable: {
    http: 503,
    retry: 'later',
    title: 'The server cannot reach its database, or is shutting down. Nothing was stored.',
  },
  outcome_unknown: {
    http: 503,
    retry: 'later',
    title: 'The server lost its database while storing. Ask again to learn whether it was stored.',
  },
} as const satisfies Record<string, { http: number; retry: Retry; title: string }>;

export type RefusalCode = keyof typeof REFUSALS;

/** What any operation may answer without declaring it: these come from the road, not from a handler. */
export type UniversalRefusal =
  | 'invalid_input'
  | 'unauthenticated'
  | 'token_expired'
  | 'token_revoked'
  | 'not_found'
  | 'forbidden'
  | 'rate_limited'
  | 'overloaded'
  | 'unavailable'
  | 'outcome_unknown'
  | 'internal';

export interface RefusalOnWire {
  readonly code: RefusalCode;
  readonly retry: Retry;
  /** Names the call in the server's log and audit trail. */
  readonly traceId: string;
  /** What exactly was refused, e.g. the paths of invalid fields or the password rules broken. */
  readonly detail?: unknown;
  /** Milliseconds after which the same call may succeed. */
  readonly retryAfterMs?: number;
}

/** What is left of the limit that this call was counted under. */
export interface LimitOnWire {
  readonly bucket: string;
  readonly remaining: number;
  /** Milliseconds until the bucket is whole again. */
  readonly resetMs: number;
}

/** The acknowledgement of every socket event. */
export type Reply<O> =
  | { readonly ok: true; readonly data: O; readonly limit?: LimitOnWire }
  | { readonly ok: false; readonly error: RefusalOnWire; readonly limit?: LimitOnWire };
