/** Tells what came without TLS on its way to us, so that a token that travelled in the clear is of no use here. */
import type { IncomingMessage } from 'node:http';
import { isDeclared, type TrustedProxies } from './client-address.ts';

/**
 * True unless TLS ends here, or ended at a declared proxy that says so in X-Forwarded-Proto (`https`, and nothing
 * else). What an undeclared peer says of itself counts for nothing.
 */
export function plaintext(proxies: TrustedProxies): (request: IncomingMessage) => boolean {
  const declared = isDeclared(proxies);
  return ({ socket, headers }) => {
    if ('encrypted' in socket && socket.encrypted === true) return false;
    return !declared(socket.remoteAddress ?? '') || headers['x-forwarded-proto'] !== 'https';
  };
}
