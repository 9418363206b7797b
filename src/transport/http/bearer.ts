/** Takes the access token from the one place where it may stand: a single Authorization header, scheme Bearer. */
import type { IncomingMessage } from 'node:http';
import { Refusal, type Credential } from '../../kernel/index.ts';
import { hasTokenInCookie } from '../stray-token.ts';
import { malformed } from './answer.ts';

/** RFC 6750, with a length that no token of ours reaches. */
const BEARER = /^bearer +([\w.~+/-]{1,4096}={0,2})$/i;

/** Refuses what is presented but cannot be a token; whether a token is valid is for the road to find out. */
export function bearer(request: IncomingMessage): Credential {
  const [header, ...more] = request.headersDistinct['authorization'] ?? [];
  if (header === undefined) return { kind: 'none' };
  if (more.length > 0) throw malformed('repeated_key', 'authorization'); // which one counts is no guess of ours
  if (hasTokenInCookie(request)) throw malformed('credential_in_cookie', 'cookie');
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) throw new Refusal('unauthenticated');
  return { kind: 'token', token };
}
