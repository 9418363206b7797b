/** The one reading of which host a client asked for, over HTTP and sockets alike; proxies are to pass it on. */
import type { IncomingMessage } from 'node:http';

/** A name, or an address as it stands in a URL; then perhaps the dot of a full name, and a port. */
const HOST = /^([a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])\.?(?::\d{1,5})?$/;

/**
 * The host of the `Host` header in lower case, without a port, since workspaces are told apart by names. Empty when there
 * is no such header; null when there are several or it holds no host. `X-Forwarded-Host` is not read.
 */
export function hostOf({ headersDistinct }: IncomingMessage): string | null {
  const [host, ...more] = headersDistinct['host'] ?? [];
  if (more.length > 0) return null;
  return host === undefined || host === '' ? '' : (HOST.exec(host.toLowerCase())?.[1] ?? null);
}
