/** One request from its first byte to its last: it has a trace id from the start and leaves one log line. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Entropy, Stages } from '../../kernel/index.ts';

/** What is written of a request: never its URL, its query, its headers or its body. */
export interface RequestLine {
  readonly traceId: string;
  /** Null for what is no operation: health, keys, and paths that do not exist. */
  readonly operation: string | null;
  readonly method: string;
  /** The declared pattern, or null where nothing is declared. */
  readonly route: string | null;
  readonly status: number;
  readonly milliseconds: number;
  /** What was thrown, where the answer was `internal` because the transport itself failed. */
  readonly fault?: unknown;
}

export interface Exchange {
  readonly traceId: string;
  operation: string | null;
  route: string | null;
  /** The methods that the path answers to, collected while nothing has answered. */
  readonly allowed: Set<string>;
  fault?: unknown;
}

/** What proxies write for a client that left before the answer. */
const CLIENT_LEFT = 499;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const exchanges = new WeakMap<IncomingMessage, Exchange>();

/** Names the request, echoes the name, and sees to the log line. A client's own id counts if it is a UUID. */
export function begin(
  request: IncomingMessage,
  response: ServerResponse,
  ports: { entropy: Entropy; stages: Stages; log: (line: RequestLine) => void },
): void {
  const began = ports.stages.monotonic();
  const claimed = request.headers['x-request-id'];
  const traceId = typeof claimed === 'string' && UUID.test(claimed) ? claimed : ports.entropy.id();
  const exchange: Exchange = { traceId, operation: null, route: null, allowed: new Set() };
  exchanges.set(request, exchange);
  response.setHeader('X-Request-Id', traceId);
  response.once('close', () => {
    const { operation, route, fault } = exchange;
    ports.log({
      traceId,
      operation,
      method: request.method ?? '',
      route,
      status: response.headersSent ? response.statusCode : CLIENT_LEFT,
      milliseconds: ports.stages.monotonic() - began,
      ...(fault !== undefined && { fault }),
    });
  });
}

/** What is known of a request so far. Throws an Error for one that never began here. */
export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = exchanges.get(request);
  if (!exchange) throw new Error('The request never began.');
  return exchange;
}
