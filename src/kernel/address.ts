/** One spelling per client address, and the network that a limit or a block takes for one client. */
import { isIP, SocketAddress } from 'node:net';

/**
 * The one spelling of an IP address: lower case, shortest form, no zone, and an IPv4 address inside an IPv6 one
 * (`::ffff:192.0.2.1`, in any notation) as that IPv4 address, because both are the same client. Null for anything else.
 */
export function canonicalAddress(text: string): string | null {
  const bare = text.replace(/%.*$/, ''); // the zone names an interface of this machine, not a client
  const version = isIP(bare);
  if (version === 0) return null;
  if (version === 4) return bare;
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

/**
 * What counts as one client: an IPv4 address, or the /64 of an IPv6 address, since a single host may take any
 * of the 2^64 addresses there (RFC 6177 gives a site at least that much). Anything else counts as itself.
 */
export function networkOf(address: string): string {
  const canonical = canonicalAddress(address);
  if (canonical === null || !canonical.includes(':')) return canonical ?? address;
  const [head = '', tail] = canonical.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  // An IPv4 address written at the end stands for two groups.
  const groups = front.length + back.length + (canonical.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? [] : new Array<string>(8 - groups).fill('0');
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
}

/**
 * Enough of an address to know it again, and not enough to find it: the first three bytes of IPv4 (`203.0.113.*`), the
 * first three groups of IPv6 (`2001:db8:1:*`, what a provider gives a site). Null for anything that is no address.
 */
export function maskedAddress(address: string): string | null {
  const canonical = canonicalAddress(address);
  if (canonical === null) return null;
  if (!canonical.includes(':')) return canonical.replace(/\d+$/, '*');
  return `${networkOf(canonical).split(':').slice(0, 3).join(':')}:*`;
}
