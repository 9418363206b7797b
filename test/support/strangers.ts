/** Clients at addresses of their own, behind a declared proxy, on a server whose counts nobody else shares. */
import { randomBytes } from 'node:crypto';

/** A server that believes the proxy on this machine, with digest keys of its own: so no other test's counts are its. */
export function apart(): Record<string, string> {
  const keys = { current: '1', keys: { '1': randomBytes(32).toString('base64') } };
  return {
    TRUSTED_PROXIES: '127.0.0.1',
    CONCLAVE_DIGEST_KEYS: JSON.stringify(keys),
    CONCLAVE_DIGEST_KEYS_FILE: '',
  };
}

/** The header with which the proxy says whom it asks for. */
export const behind = (address: string) => ({ 'x-forwarded-for': address });
