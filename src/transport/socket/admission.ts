/** Turns away what no client of ours sends, before the engine looks at it: other transports, foreign pages, reused sids. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { REFUSALS, type RefusalCode } from '../../contract/index.ts';

/**
 * An engine middleware. `allowUpgrades: false` only stops advertising upgrades, and the engine skips its own
 * checks wherever a `sid` is present, so both are decided here.
 */
export function admission(allowedOrigins: ReadonlySet<string>, traceId: () => string) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const code = refusalOf(request, allowedOrigins);
    if (code === null) next();
    else turnAway(request, response, code, traceId());
  };
}

/** The query of a handshake has these keys and no others; above all no token, which would end up in logs. */
const QUERY_KEYS = new Set(['EIO', 'transport', 't']);

function refusalOf(request: IncomingMessage, allowed: ReadonlySet<string>): RefusalCode | null {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const keys = [...searchParams.keys()];
  const known = keys.every((key) => QUERY_KEYS.has(key)) && new Set(keys).size === keys.length;
  if (!known || searchParams.get('EIO') !== '4') return 'invalid_input';
  if (searchParams.get('transport') !== 'websocket') return 'invalid_input';
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return 'invalid_input';
  const { origin } = request.headers; // programs send none; a page cannot leave it out
  if (origin !== undefined && !allowed.has(origin)) return 'origin_not_allowed';
  return null;
}

function turnAway(
  request: IncomingMessage,
  response: ServerResponse,
  code: RefusalCode,
  traceId: string,
): void {
  const { http: status, title, retry } = REFUSALS[code];
  const type = `urn:conclave:refusal:${code}`;
  const body = JSON.stringify({ type, title, status, code, retry, traceId });
  const headers = {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': traceId,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    connection: 'close',
  };
  if (request.headers.upgrade === undefined) {
    response.writeHead(status, headers).end(body);
    return;
  }
  // An upgrade has no response object that could carry a body: the answer is written to the connection itself.
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  request.socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
