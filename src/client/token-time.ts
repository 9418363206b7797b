/** Reads of an access token the one thing that a client wants to know: when, by the server's clock, it was made. */

/** When the token was made, in milliseconds since the epoch (`iat` of a JWT, RFC 7519); null if it does not say. */
export function madeAt(token: string): number | null {
  try {
    const claims = token.split('.')[1] ?? '';
    const text = atob(claims.replaceAll('-', '+').replaceAll('_', '/'));
    const { iat } = JSON.parse(text) as { iat?: unknown };
    return typeof iat === 'number' ? iat * 1000 : null;
  } catch {
    return null;
  }
}
