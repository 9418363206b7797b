/** A published signing key is believed only if it opens under the root keyring, as the key that its row says it is. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { derivedRing, envelope, open, type Keyring, type Place } from '../crypto/index.ts';
import type { Entropy } from '../kernel/index.ts';
import type { SigningKeyRow } from './signing-key-store.ts';

export interface KeyPair {
  readonly kid: string;
  readonly key: KeyObject;
  /** Derived from the private half: who can only write to the database cannot make a key believed. */
  readonly publicKey: KeyObject;
}

/** Where a key stands among the others; bound to the sealed bytes, so that none of it can be changed alone. */
export type Standing = Pick<SigningKeyRow, 'number' | 'signsFrom' | 'earlierUntil'>;

export interface SigningKeySeals {
  /** A new P-256 key, sealed under the current root key. */
  make(standing: Standing): SigningKeyRow;
  /** Null when the row was changed, or the root keyring is another one. */
  open(row: SigningKeyRow): KeyPair | null;
}

/** The sealing keys are derived from the root keyring for this purpose only. */
export function signingKeySeals(root: Keyring, entropy: Entropy): SigningKeySeals {
  const ring = derivedRing(root, 'signing-keys');
  const sealing = envelope(entropy);
  return {
    make(standing) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const kid = thumbprint(publicKey);
      const bytes = privateKey.export({ format: 'der', type: 'pkcs8' });
      const rootKey = ring.current;
      const sealed = sealing.seal(ring.key(rootKey), bytes, placeOf({ ...standing, kid }));
      return { ...standing, kid, rootKey, sealed };
    },
    open(row) {
      if (!ring.names.includes(row.rootKey)) return null;
      const bytes = open(ring.key(row.rootKey), row.sealed, placeOf(row));
      if (!bytes) return null;
      const key = createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
      return { kid: row.kid, key, publicKey: createPublicKey(key) };
    },
  };
}

function placeOf({ number, kid, signsFrom, earlierUntil }: Standing & { kid: string }): Place {
  return ['signing-key', number, kid, signsFrom, earlierUntil];
}

/** RFC 7638: SHA-256 of the required members, in this order, without white space. */
function thumbprint(half: KeyObject): string {
  const { crv, kty, x, y } = half.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
