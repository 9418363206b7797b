/** Every HTTP request ends in one answer of known shape, and only a declared operation runs behind /v1. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type RequestHandler } from 'express';
import { Refusal, type AnyOperation, type Origin } from '../../kernel/index.ts';
import { originOf } from '../origin.ts';
import { malformed, refuse } from './answer.ts';
import { doorkeeper, isProbe, type DoorOptions } from './doorkeeper.ts';
import { begin, exchangeOf, type RequestLine } from './exchange.ts';
import { securityHeaders } from './headers.ts';
import { lines, type LineOptions } from './line.ts';
import { pages, type Health } from './pages.ts';
import { operationRoutes } from './routes.ts';
import { serve, type ServeOptions } from './serve.ts';
import { HEADERS } from './server.ts';

export type { DoorRow } from './doorkeeper.ts';
export type { RequestLine } from './exchange.ts';
export type { Health } from './pages.ts';
export { hardenServer, serverFor, type TlsIdentity } from './server.ts';

export interface HttpOptions extends DoorOptions, LineOptions, ServeOptions {
  readonly operations: readonly AnyOperation[];
  /** Must not throw. */
  readonly log: (line: RequestLine) => void;
  readonly health: Health;
  /** The public keys of access tokens. */
  readonly jwks: () => object;
  /** TLS ends here or at a declared proxy: browsers are told never to come without it. */
  readonly secure: boolean;
  /** Whether a request is refused because it came without TLS; probes are not asked. */
  readonly plaintext: (request: IncomingMessage) => boolean;
  /** The no to a request for a host that is not of this server, or null; probes are not asked. May reject with a no. */
  readonly judgeHost: (request: IncomingMessage) => Promise<Refusal | null>;
  /** Hears of who asked for a host that is not of this server. Must not throw. */
  readonly turnedAway: (refusal: Refusal, origin: Origin, traceId: string) => void;
}

/** Express with the step before its router within reach. */
type App = express.Express & {
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    last?: (error?: unknown) => void,
  ): void;
};

/** Throws when an operation cannot be served as declared, so that a bad route stops the start. */
export function httpApp(options: HttpOptions): express.Express {
  const app = express() as App;
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.set('query parser', 'simple');
  app.set('trust proxy', false);
  app.disable('etag');
  app.disable('x-powered-by');

  for (const { path, handler } of pages(options)) {
    app.get(path, handler);
    ofAnyMethod(app, path, otherMethod(path, ['GET', 'HEAD']));
  }
  const routes = operationRoutes(options.operations);
  for (const route of routes) app[route.verb](route.path, serve(route, options));
  for (const { path, method } of routes) ofAnyMethod(app, path, otherMethod(path, [method]));
  app.use(nothingThere);

  // Around Express, not inside: a target that it cannot parse passes by every middleware.
  const route = app.handle.bind(app);
  const protect = securityHeaders(options.secure);
  const admit = doorkeeper(options);
  const lineUp = lines(options);
  const open = (request: IncomingMessage, response: ServerResponse): void => {
    begin(request, response, options);
    protect(request, response);
  };
  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    open(request, response);
    admit(request, response, () => {
      const oddity = oddityOf(request);
      if (!isProbe(request) && options.plaintext(request))
        refuse(request, response, new Refusal('insecure_transport'));
      else if (oddity !== null) refuse(request, response, malformed(oddity));
      else
        judged(options, request).then(
          (no) => {
            if (no) turnAway(request, response, no, options);
            else route(request, response, (error) => fail(request, response, error));
          },
          (error: unknown) => fail(request, response, error),
        );
    });
  };
  app.handle = (request, response) => {
    try {
      const no = lineUp(request, () => pass(request, response));
      if (no === null) return;
      open(request, response);
      refuse(request, response, no);
    } catch (error) {
      open(request, response);
      fail(request, response, error);
    }
  };
  return app;
}

function turnAway(
  request: IncomingMessage,
  response: ServerResponse,
  no: Refusal,
  { clientAddress, turnedAway }: HttpOptions,
): void {
  turnedAway(no, originOf('http', request, clientAddress), exchangeOf(request).traceId);
  refuse(request, response, no);
}

/** Probes come by address, and ask for nothing. */
async function judged({ judgeHost }: HttpOptions, request: IncomingMessage) {
  return isProbe(request) ? null : judgeHost(request);
}

/** What Express or Node would take in their own way, and a proxy before them perhaps in another. */
function oddityOf({ url, rawHeaders }: IncomingMessage): string | null {
  if (url?.startsWith('/') !== true) return 'request_target';
  return rawHeaders.length / 2 > HEADERS ? 'too_many_headers' : null; // Node ignores the rest
}

/** `app.all` makes a layer for each of 34 methods that Node knows: thirteen megabytes for all operations. This makes one. */
function ofAnyMethod(app: express.Express, path: string, handler: RequestHandler): void {
  app.route(path).all(handler);
}

/** Comes after the operations: it notes what the path would have answered to. */
function otherMethod(path: string, methods: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const exchange = exchangeOf(request);
    exchange.route ??= path;
    for (const method of methods) exchange.allowed.add(method);
    next();
  };
}

const nothingThere: RequestHandler = (request, response) => {
  const { allowed } = exchangeOf(request);
  if (allowed.size > 0) {
    response.setHeader('Allow', [...allowed].sort().join(', '));
    refuse(request, response, new Refusal('method_not_allowed'));
    return;
  }
  const isApi = /^\/v1(?:[/?]|$)/.test(request.url);
  refuse(request, response, new Refusal(isApi ? 'unknown_operation' : 'not_found'));
};

/** The last word: Express's own would show what was thrown. */
function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (error instanceof URIError) {
    refuse(request, response, malformed('percent_encoding')); // thrown while the path was matched
    return;
  }
  if (error instanceof Refusal) {
    refuse(request, response, error);
    return;
  }
  exchangeOf(request).fault = error;
  refuse(request, response, new Refusal('internal', { cause: error }));
}
