/** Signs what is carried out of the server, so that its origin can be checked without it. */
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { derivedRing, type Keyring } from './keyring.ts';
import {
  publicKeyOf,
  signedBytes,
  verifyDocument,
  type DocumentKind,
  type PublicKey,
  type PublicKeySet,
  type Signature,
  type Verdict,
} from './signed-document.ts';

export type { DocumentKind, PublicKeySet, Signature, Verdict } from './signed-document.ts';

export interface DocumentSigner {
  sign<D extends object>(kind: DocumentKind, document: D): D & Signature;
  /** By any key of the ring. */
  verify(kind: DocumentKind, document: unknown): Verdict;
  /** For those who check documents elsewhere; the current key first. */
  readonly published: PublicKeySet;
  /** The one that signs now. */
  readonly current: PublicKey;
}

/** What RFC 8410 puts before the 32 bytes of a private Ed25519 key. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The keys are derived from the root keyring (HKDF-SHA-256), one for each of its keys: what was signed before a
 * rotation verifies as long as the old root key is in the ring, and for good for who kept the published key.
 */
export function documentSigner(root: Keyring): DocumentSigner {
  const ring = derivedRing(root, 'documents');
  const earlier = ring.names.filter((name) => name !== ring.current);
  const current = pairOf(ring.key(ring.current));
  const published = {
    keys: [current.open, ...earlier.map((name) => pairOf(ring.key(name)).open)],
  };
  return {
    sign(kind, document) {
      const named = { ...document, key: current.open.kid };
      const signature = sign(null, signedBytes(kind, named), current.secret).toString('base64url');
      return { ...named, signature };
    },
    verify: (kind, document) => verifyDocument(kind, document, published),
    published,
    current: current.open,
  };
}

function pairOf(seed: Buffer): { secret: KeyObject; open: PublicKey } {
  const key = Buffer.concat([PKCS8, seed]);
  const secret = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(secret).export({ format: 'jwk' });
  return { secret, open: publicKeyOf(x) };
}
