/** Keyed digests: they find a row by a secret or an address without storing either. */
import { createHmac } from 'node:crypto';
import type { Keyring } from './keyring.ts';

/** What a digest is for; one made for one purpose never equals one made for another. */
export type DigestPurpose =
  | 'e-mail'
  | 'refresh-token'
  | 'invitation'
  | 'limit'
  | 'password-reset'
  | 'email-verification'
  | 'device'
  | 'ephemeral'
  | 'export-link'
  | 'receipt-token'
  | 'hold-opening';

export interface Digests {
  /** Name of the key that new digests are made with. */
  readonly current: string;
  /** Every key that a stored digest may have been made with; the current one is among them. */
  readonly names: readonly string[];
  /** HMAC-SHA-256 over purpose, scope (the workspace) and value. `key` names the version; the current one unless told. */
  of(purpose: DigestPurpose, scope: string, value: string, key?: string): Buffer;
  /** The same under every key of the ring: what is stored was made with one of them. */
  each(purpose: DigestPurpose, scope: string, value: string): Buffer[];
}

export function digests(ring: Keyring): Digests {
  const of: Digests['of'] = (purpose, scope, value, key = ring.current) =>
    createHmac('sha256', ring.key(key)).update(`${purpose}\0${scope}\0${value}`).digest();
  return {
    current: ring.current,
    names: ring.names,
    of,
    each: (...about) => ring.names.map((name) => of(...about, name)),
  };
}
