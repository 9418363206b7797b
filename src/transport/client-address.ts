/** The one answer to where a request comes from, for limits, audit and blocks, over HTTP and sockets alike. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { canonicalAddress } from '../kernel/index.ts';

/** Who may say on whose behalf it asks: addresses, or networks as `address/prefix length`. */
export type TrustedProxies = readonly string[];

/** Some proxies write the port as well: `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:(\d+(?:\.\d+){3})|\[([\da-f:.%]+)\])(?::\d+)?$/i;

/**
 * The client's address in its one spelling: the TCP peer, unless that is a declared proxy; then the rightmost entry
 * of X-Forwarded-For that no declared proxy wrote about another. What stands further left anybody can write. No
 * other header is read. An entry that is no address ends the walk at the proxy that passed it on.
 */
export function clientAddresses(proxies: TrustedProxies): (request: IncomingMessage) => string {
  const declared = listOf(proxies);
  return (request) => {
    const peer = canonicalAddress(request.socket.remoteAddress ?? '') ?? 'unknown';
    if (proxies.length === 0 || !declared(peer)) return peer;
    const header = request.headers['x-forwarded-for'];
    const entries = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
    let client = peer;
    while (declared(client)) {
      const before = addressIn(entries.pop() ?? '');
      if (before === null) break;
      client = before;
    }
    return client;
  };
}

/** Whether that TCP peer is one of the declared proxies. */
export function isDeclared(proxies: TrustedProxies): (peer: string) => boolean {
  const declared = listOf(proxies);
  return (peer) => declared(canonicalAddress(peer) ?? '');
}

function addressIn(entry: string): string | null {
  const text = entry.trim();
  const [, v4, v6] = WITH_PORT.exec(text) ?? [];
  return canonicalAddress(v4 ?? v6 ?? text);
}

function listOf(proxies: TrustedProxies): (address: string) => boolean {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [network = '', prefix] = proxy.split('/');
    const address = canonicalAddress(network) ?? network;
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, prefixOf(network, address, Number(prefix)), family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}

/** The length for an IPv4 network that was written inside an IPv6 one. */
function prefixOf(written: string, address: string, prefix: number): number {
  return isIP(written) === 6 && isIP(address) === 4 ? prefix - 96 : prefix;
}
