/** What stands for a client address wherever it is counted: one text per client, which says nothing of the address. */
import { networkOf } from '../kernel/index.ts';

/** A keyed digest of a value in its scope: the store sees no address and no e-mail. */
export type Digest = (scope: string, value: string) => string;

/** The scope of addresses before they have come to any workspace. */
const NO_WORKSPACE = 'server';

/** The same for all addresses of an IPv6 /64, and for an IPv4 address however it is written. */
export function addressKey(digest: Digest, address: string): string {
  return digest(NO_WORKSPACE, networkOf(address));
}
