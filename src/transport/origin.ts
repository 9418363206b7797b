/** The one reading of where a request comes from, over HTTP and sockets alike. */
import type { IncomingMessage } from 'node:http';
import type { Origin } from '../kernel/index.ts';
import { hostOf } from './host.ts';
import { userAgentOf } from './user-agent.ts';

/** `clientAddress` is what tells the client's address from that of declared proxies. */
export function originOf(
  transport: 'http' | 'socket',
  request: IncomingMessage,
  clientAddress: (request: IncomingMessage) => string,
): Origin {
  const host = hostOf(request);
  return {
    transport,
    address: clientAddress(request),
    ...(host && { host }),
    userAgent: userAgentOf(request.headers),
    connectionId: null,
  };
}
