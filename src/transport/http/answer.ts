/** Writes every answer: JSON for a yes, RFC 9457 problem details with a code of the closed table for a no. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { REFUSALS, type LimitOnWire, type RefusalOnWire } from '../../contract/index.ts';
import { onWire, Refusal } from '../../kernel/index.ts';
import { exchangeOf } from './exchange.ts';

/** Sends nothing to a client that left or that has its answer. Throws before anything is sent. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  type = 'application/json',
): void {
  const text = JSON.stringify(body ?? null);
  if (response.headersSent || response.destroyed) return;
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

/** Answers with the status and the problem document of that refusal. */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  problem(request, response, onWire(refusal, exchangeOf(request).traceId));
}

/** The same for a refusal that is in its wire form already. */
export function problem(
  request: IncomingMessage,
  response: ServerResponse,
  error: RefusalOnWire,
): void {
  if (response.headersSent) return;
  const { code, retryAfterMs, ...rest } = error;
  const { http: status, title } = REFUSALS[code];
  if (status === 401) response.setHeader('WWW-Authenticate', challenge(request, error));
  if (retryAfterMs !== undefined || status === 429 || status === 503)
    response.setHeader('Retry-After', seconds(retryAfterMs ?? 0, 1));
  const type = `urn:conclave:refusal:${code}`;
  const body = {
    type,
    title,
    status,
    code,
    ...rest,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  answer(response, status, body, 'application/problem+json');
}

/**
 * Adds the limit of an operation to what the door said, in the form of the door (draft-ietf-httpapi-ratelimit-headers-08):
 * one list in one field, an item for each limit that the request counted under: how many calls are left, and the
 * seconds until it is whole again.
 */
export function announceLimit(response: ServerResponse, limit: LimitOnWire | undefined): void {
  if (!limit) return;
  const remaining = Math.max(0, Math.floor(limit.remaining));
  const item = `${quoted(limit.bucket)}; r=${remaining}; t=${seconds(limit.resetMs, 0)}`;
  const before = response.getHeader('RateLimit');
  response.setHeader('RateLimit', typeof before === 'string' ? `${before}, ${item}` : item);
}

/** Of a name, what a quoted string takes as it is. */
const quoted = (name: string) => `"${name.replace(/[^ !#-[\]-~]/g, '')}"`;

/** A request that is wrong before any schema sees it, in the form in which schemas complain. */
export function malformed(problem: string, path = ''): Refusal {
  return new Refusal('invalid_input', { detail: [{ path: path.slice(0, 100), problem }] });
}

/** Names the token as the reason only where another token would help: not for a wrong password. */
function challenge(request: IncomingMessage, { retry }: RefusalOnWire): string {
  const presented = /^bearer\b/i.test(request.headers.authorization ?? '');
  return presented && retry === 'reauthenticate' ? 'Bearer error="invalid_token"' : 'Bearer';
}

function seconds(milliseconds: number, least: number): number {
  return Math.max(least, Math.ceil(milliseconds / 1000));
}
