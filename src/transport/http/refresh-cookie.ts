/** A refresh token that a browser keeps comes and goes in one cookie, for pages of allowed origins and for no others. */
import type { IncomingMessage } from 'node:http';
import { parse } from 'cookie';
import type { Response } from 'express';
import { REFRESH_COOKIE, type RefusalCode } from '../../contract/index.ts';
import { Refusal, type AnyOperation } from '../../kernel/index.ts';

type Input = Readonly<Record<string, unknown>>;

/** No script reads it, no other site makes a browser send it, and no other host gets it. */
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const;
const EACH = new RegExp(`(?:^|;)[ \\t]*${REFRESH_COOKIE}[ \\t]*=`, 'g');

/** What the operation declares of the cookie; undefined where it has no part in it. */
export function cookieOf(operation: AnyOperation) {
  return operation.commit === 'grouped' ? undefined : operation.cookie;
}

/** Whether the call asks for the cookie; the schema refuses whatever is neither this nor the body. */
export function byCookie({ delivery }: Input): boolean {
  return delivery === 'cookie';
}

/**
 * The input with the token out of the cookie, where the call asks for that. Refuses `origin_not_allowed` unless such a
 * call names exactly an allowed origin: browsers name it with everything but GET and HEAD, and no page can change it
 * (Fetch, "append a request Origin header"). Refuses `ambiguous_credential` for two tokens, and for one in the body of
 * a call that asks for the cookie. Without a cookie the input stays as it is.
 */
export function withRefreshCookie(
  operation: AnyOperation,
  request: IncomingMessage,
  input: Input,
  allowedOrigins: ReadonlySet<string>,
): Input {
  const cookie = cookieOf(operation);
  if (!cookie) return input;
  const wanted = byCookie(input);
  if (wanted && !allowedOrigins.has(request.headers.origin ?? ''))
    throw new Refusal('origin_not_allowed');
  if (!cookie.reads) return input;
  const { cookie: header = '' } = request.headers;
  const kept = header.match(EACH)?.length ?? 0;
  const told = 'refreshToken' in input;
  if (kept > 1 || (told && (wanted || kept > 0))) throw new Refusal('ambiguous_credential');
  if (!wanted || kept === 0) return input;
  return { ...input, refreshToken: parse(header)[REFRESH_COOKIE] };
}

/** What of a reply goes into the body: all of it, but for a token that has just been put into the cookie. */
export function delivered(
  operation: AnyOperation,
  response: Response,
  input: Input,
  reply: unknown,
): unknown {
  const cookie = cookieOf(operation);
  if (!cookie || !byCookie(input)) return reply;
  if (cookie.clears?.(input)) clear(response);
  if (!cookie.writes) return reply;
  const { refreshToken, ...rest } = reply as { refreshToken: string; refreshExpiresIn: number };
  const maxAge = rest.refreshExpiresIn * 1_000;
  response.cookie(REFRESH_COOKIE, refreshToken, { ...ATTRIBUTES, maxAge });
  return rest;
}

/** Takes away a cookie whose token was judged and is good for nothing: no later call trips over it. */
export function forgetRefused(
  operation: AnyOperation,
  response: Response,
  input: Input,
  code: RefusalCode,
): void {
  const isOfCookie = cookieOf(operation)?.reads && byCookie(input) && 'refreshToken' in input;
  if (isOfCookie && code === 'invalid_refresh_token') clear(response);
}

function clear(response: Response): void {
  response.cookie(REFRESH_COOKIE, '', { ...ATTRIBUTES, maxAge: 0 });
}
