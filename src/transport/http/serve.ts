/** Takes a request to its operation: decodes it, sends it down the one road, and writes down the reply. */
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import type { Reply } from '../../contract/index.ts';
import {
  execute,
  Refusal,
  turnAway,
  type Call,
  type Origin,
  type Stages,
} from '../../kernel/index.ts';
import { userAgentOf } from '../user-agent.ts';
import { announceLimit, answer, problem } from './answer.ts';
import { bearer } from './bearer.ts';
import { exchangeOf } from './exchange.ts';
import { readInput } from './input.ts';
import type { Route } from './routes.ts';

type ClientAddress = (request: IncomingMessage) => string;

export function serve(route: Route, stages: Stages, clientAddress: ClientAddress): RequestHandler {
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
    const origin = originOf(request, clientAddress);
    const reply = await carryOut(route, request, origin, exchange.traceId, stages);
    announceLimit(response, reply.limit);
    if (reply.ok) answer(response, operation.status ?? 200, reply.data);
    else problem(request, response, reply.error);
  };
}

async function carryOut(
  route: Route,
  request: Request,
  origin: Origin,
  traceId: string,
  stages: Stages,
): Promise<Reply<unknown>> {
  const { operation } = route;
  const began = stages.monotonic();
  let call: Call = { input: undefined, credential: { kind: 'none' }, origin, traceId };
  try {
    const credential = bearer(request);
    call = { ...call, credential, input: await readInput(request, route) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return turnAway(operation, call, error, began, stages);
  }
  return execute(operation, call, stages);
}

function originOf(request: IncomingMessage, clientAddress: ClientAddress): Origin {
  return {
    transport: 'http',
    address: clientAddress(request),
    userAgent: userAgentOf(request.headers),
    connectionId: null,
  };
}
