/** The closed table of reasons for which the server ends a connection, each with what the client does next. */

export const CLOSURES = {
  session_ended: { next: 'sign-in', title: 'The session was closed or revoked.' },
  token_expired: { next: 'refresh', title: 'The access token of this connection expired.' },
  token_revoked: { next: 'refresh', title: 'The access token of this connection was revoked.' },
  access_changed: {
    next: 'reconnect',
    title: 'What the account may do has changed, or may have: come back and be asked again.',
  },
  slow_consumer: { next: 'reconnect', title: 'The connection did not take frames fast enough.' },
  flooding: {
    next: 'reconnect',
    title: 'The connection sent more frames than any client needs to.',
  },
  resubscribe: {
    next: 'reconnect',
    title: 'The server could not finish a subscription it had acknowledged.',
  },
  protocol_violation: { next: 'stop', title: 'A frame was not part of the protocol.' },
  server_draining: { next: 'reconnect', title: 'The server is shutting down.' },
} as const satisfies Record<
  string,
  { next: 'sign-in' | 'refresh' | 'reconnect' | 'stop'; title: string }
>;

export type ClosureCode = keyof typeof CLOSURES;

/** Payload of `connection.closing`, the last event before the server closes the socket. */
export interface Closing {
  readonly code: ClosureCode;
  readonly next: (typeof CLOSURES)[ClosureCode]['next'];
}
