/** The one answer to where a connection comes from, for limits, audit and blocks alike. */
import type { IncomingMessage } from 'node:http';

/** The TCP peer; no header is believed. An IPv4 address inside an IPv6 one is the same client as without it. */
export function clientAddress(request: IncomingMessage): string {
  const peer = request.socket.remoteAddress ?? 'unknown';
  return peer.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
