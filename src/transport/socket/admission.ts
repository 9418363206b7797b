/** Turns away what no client of ours sends, before the engine looks at it: other transports, foreign pages, reused sids. */
import { ServerResponse, type IncomingMessage } from 'node:http';
import { REFUSALS, type RefusalCode } from '../../contract/index.ts';
import { Refusal } from '../../kernel/index.ts';
import { hasTokenInCookie, hasTokenInHeader } from '../stray-token.ts';

/** Where the gateway answers; an upgrade anywhere else is refused. */
export const PATH = '/socket.io/';

export interface AdmissionOptions {
  readonly allowedOrigins: ReadonlySet<string>;
  /** Whether a handshake is refused because it came without TLS. */
  readonly plaintext: (request: IncomingMessage) => boolean;
  /** The no to a handshake for a host that is not of this server, or null. May reject with a no. */
  readonly judgeHost: (request: IncomingMessage) => Promise<Refusal | null>;
  readonly traceId: () => string;
  /** Hears of every handshake that is turned away here. Must not throw. */
  readonly refused: (refusal: Refusal, request: IncomingMessage, traceId: string) => void;
}

/**
 * An engine middleware. `allowUpgrades: false` only stops advertising upgrades, and the engine skips its own
 * checks wherever a `sid` is present, so both are decided here.
 */
export function admission({
  allowedOrigins,
  plaintext,
  judgeHost,
  traceId,
  refused,
}: AdmissionOptions) {
  return (request: IncomingMessage, response: unknown, next: () => void): void => {
    // A request that is no upgrade has a response of its own; for an upgrade the engine makes up an object.
    const plain = response instanceof ServerResponse ? response : null;
    const secret = plaintext(request) ? 'insecure_transport' : null;
    const code = secret ?? (plain ? 'invalid_input' : refusalOf(request, allowedOrigins));
    const turn = (no: RefusalCode) => {
      const trace = traceId();
      refused(new Refusal(no), request, trace);
      turnAway(request, plain, no, trace);
    };
    if (code !== null) turn(code);
    else
      void judgeHost(request).then(
        (no) => (no ? turn(no.code) : next()),
        (error: unknown) => turn(error instanceof Refusal ? error.code : 'internal'),
      );
  };
}

/** For upgrades that are not the engine's: it would leave them open without an end. */
export function refuseUpgrades(traceId: () => string) {
  return (request: IncomingMessage): void => {
    if (request.url?.startsWith(PATH)) return;
    turnAway(request, null, 'not_found', traceId());
  };
}

/** The query of a handshake has these keys and no others; above all no token, which would end up in logs. */
const QUERY_KEYS = new Set(['EIO', 'transport', 't']);

function refusalOf(request: IncomingMessage, allowed: ReadonlySet<string>): RefusalCode | null {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname !== PATH) return 'not_found'; // the engine takes whatever begins like it
  if (request.method !== 'GET') return 'method_not_allowed';
  const keys = [...searchParams.keys()];
  const known = keys.every((key) => QUERY_KEYS.has(key)) && new Set(keys).size === keys.length;
  if (!known || searchParams.get('EIO') !== '4') return 'invalid_input';
  if (searchParams.get('transport') !== 'websocket') return 'invalid_input';
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return 'invalid_input';
  // The token of a connection comes with its CONNECT. One here as well would leave open which of the two counts; what
  // a proxy asks of its own users is Basic or Digest, and none of ours.
  if (hasTokenInHeader(request) || hasTokenInCookie(request)) return 'invalid_input';
  const { origin } = request.headers; // programs send none; a page cannot leave it out
  if (origin !== undefined && !allowed.has(origin)) return 'origin_not_allowed';
  return null;
}

/** Answers a request with a problem document, whether or not it has a response of its own, and hangs up. */
export function turnAway(
  request: IncomingMessage,
  response: ServerResponse | null,
  code: RefusalCode,
  traceId: string,
  why: Pick<Refusal, 'detail' | 'retryAfterMs'> = { detail: undefined, retryAfterMs: undefined },
): void {
  const { http: status, title, retry } = REFUSALS[code];
  const type = `urn:conclave:refusal:${code}`;
  const { detail, retryAfterMs } = why;
  const body = JSON.stringify({ type, title, status, code, retry, traceId, detail, retryAfterMs });
  const headers = {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': traceId,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    connection: 'close',
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
  };
  if (response) {
    response.writeHead(status, headers).end(body);
    return;
  }
  // An upgrade has no response object that could carry a body: the answer is written to the connection itself.
  const { socket } = request;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.on('error', () => undefined); // Node has let go of the connection: a reset would end the process
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${body}`, () =>
    socket.destroy(),
  );
}
