/** Finds access tokens where none counts: beside one that does count, it would be anybody's guess which one is meant. */
import type { IncomingMessage } from 'node:http';

const JWT = /(?<![\w.-])(eyJ[\w-]{1,1000})\.[\w-]+\.[\w-]*/g;

/**
 * Whether a cookie holds an access token (RFC 9068 §2.1 names the type). By what it is and not by its name: cookies of
 * other servers on the same host come along, whatever their port, and are none of our business.
 */
export function hasTokenInCookie({ headers: { cookie = '' } }: IncomingMessage): boolean {
  return [...cookie.matchAll(JWT)].some(([, header = '']) => typeOf(header) === 'at+jwt');
}

/** Whether any Authorization header, and not only the first, presents a token. */
export function hasTokenInHeader({ headersDistinct }: IncomingMessage): boolean {
  return (headersDistinct['authorization'] ?? []).some((value) => /\bbearer\b/i.test(value));
}

function typeOf(header: string): unknown {
  try {
    const found: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
    return typeof found === 'object' && found && 'typ' in found ? found.typ : undefined;
  } catch {
    return undefined;
  }
}
