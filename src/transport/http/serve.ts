/** Takes a request to its operation: decodes it, sends it down the one road, and writes down the reply. */
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import type { Reply } from '../../contract/index.ts';
import { execute, Refusal, turnAway, type Call, type Stages } from '../../kernel/index.ts';
import { originOf } from '../origin.ts';
import { announceLimit, answer, problem } from './answer.ts';
import { bearer } from './bearer.ts';
import { send } from './download.ts';
import { exchangeOf } from './exchange.ts';
import { readInput } from './input.ts';
import { delivered, forgetRefused, withRefreshCookie } from './refresh-cookie.ts';
import type { Route } from './routes.ts';

type Input = Readonly<Record<string, unknown>>;

export interface ServeOptions {
  readonly stages: Stages;
  /** The client's address, from behind declared proxies only. */
  readonly clientAddress: (request: IncomingMessage) => string;
  /** Origins of the pages that may use the refresh cookie, exactly as browsers send them. */
  readonly allowedOrigins: ReadonlySet<string>;
}

export function serve(route: Route, options: ServeOptions): RequestHandler {
  const { operation, method, path } = route;
  return async (request, response, next) => {
    // Express hands HEAD to what answers GET; an operation is called by its own method only.
    if (request.method !== method) {
      next();
      return;
    }
    const exchange = exchangeOf(request);
    exchange.operation = operation.name;
    exchange.route = path;
    const { reply, input } = await carryOut(route, request, exchange.traceId, options);
    announceLimit(response, reply.limit);
    if (!reply.ok) {
      forgetRefused(operation, response, input, reply.error.code);
      problem(request, response, reply.error);
    } else if (operation.commit !== 'grouped' && operation.download) {
      const domain = options.stages.domainOf(operation);
      await send(response, operation.download, reply.data, domain).catch((error: unknown) => {
        exchange.fault = error;
      });
    } else {
      const body = delivered(operation, response, input, reply.data);
      answer(response, operation.status ?? 200, body);
    }
  };
}

async function carryOut(
  route: Route,
  request: Request,
  traceId: string,
  { stages, clientAddress, allowedOrigins }: ServeOptions,
): Promise<{ readonly reply: Reply<unknown>; readonly input: Input }> {
  const { operation } = route;
  const origin = originOf('http', request, clientAddress);
  const began = stages.monotonic();
  let input: Input = {};
  let call: Call = { input: undefined, credential: { kind: 'none' }, origin, traceId };
  try {
    const credential = bearer(request);
    input = withRefreshCookie(operation, request, await readInput(request, route), allowedOrigins);
    call = { ...call, credential, input };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { reply: turnAway(operation, call, error, began, stages), input };
  }
  return { reply: await execute(operation, call, stages), input };
}
