/** No client holds a connection by being slow, and what is not HTTP gets a bare status line and nothing else. */
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Secret } from '../../kernel/index.ts';

/** Most header lines of a request. */
export const HEADERS = 100;
/** How often Node looks for requests that take too long. */
const LOOK_EVERY_MS = 5_000;

/** What ends with another status than 400, by the code of the error. */
const STATUS: ReadonlyMap<string | undefined, number> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
  ['HPE_HEADER_OVERFLOW', 431],
]);

/** How long a client may take to agree on a key. */
const TLS_HANDSHAKE_MS = 10_000;

/** Who the server is to those that connect over TLS, in PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: Secret<string>;
}

/** TLS 1.2 is what requirement E5 allows at least; older ones are broken (RFC 8996). */
const contextOf = ({ cert, key }: TlsIdentity) =>
  ({ cert, key: key.reveal(), minVersion: 'TLSv1.2' }) as const;

/** Over TLS when it has an identity; `renew` gives new connections another one, and leaves those there are. */
export function serverFor(
  identity: TlsIdentity | null,
  listener: RequestListener,
): { readonly server: Server; readonly renew: (identity: TlsIdentity) => void } {
  if (identity === null) return { server: createServer(listener), renew: () => undefined };
  const options = { ...contextOf(identity), handshakeTimeout: TLS_HANDSHAKE_MS };
  const server = createTlsServer(options, listener);
  return { server, renew: (renewed) => server.setSecureContext(contextOf(renewed)) };
}

/** To be called before the server listens. */
export function hardenServer(server: Server): void {
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  // Longer than the minute that proxies commonly keep a connection, so that it is theirs to close.
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = HEADERS;
  server.maxRequestsPerSocket = 1_000;
  // An option of createServer that is read when listening begins; at 30 s, its default, the timeouts above would be late.
  Object.assign(server, { connectionsCheckingInterval: LOOK_EVERY_MS });
  const pending = new WeakMap<Duplex, IncomingMessage>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    pending.set(request.socket, request);
    response.once('close', () => pending.delete(request.socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // A whole request that is being carried out would take the line for its answer, and for a no.
    if (!socket.writable || pending.get(socket)?.complete) socket.destroy();
    else hangUp(socket, STATUS.get(error.code) ?? 400);
  });
}

function hangUp(socket: Duplex, status: number): void {
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`;
  socket.end(`${line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
