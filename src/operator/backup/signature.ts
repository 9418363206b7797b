/** Signs what a backup says of itself: who has the public key can check it, only who has the root keys can make it. */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import canonicalize from 'canonicalize';
import { derivedRing, type Keyring } from '../../crypto/index.ts';

/** DER before the 32 bytes of a private Ed25519 key (RFC 8410, 7), and before those of a public one (4). */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** Of what carries it: which root key the signing key comes from, the public half and the signature, both in base64. */
export interface Signed {
  readonly rootKey: string;
  readonly publicKey: string;
  readonly signature: string;
}

/** The fields with those of `Signed` after them; Ed25519 over their canonical JSON (RFC 8785) without the signature. */
export function signed<T extends object>(ring: Keyring, fields: T): T & Signed {
  const secret = signingKey(ring, ring.current);
  const all = { ...fields, rootKey: ring.current, publicKey: publicHalf(secret) };
  return { ...all, signature: sign(null, bytesOf(all), secret).toString('base64') };
}

/** Whether nothing was changed since whoever has the private half of `publicKey` signed it. */
export function isWhole(document: Signed): boolean {
  const { signature, ...fields } = document;
  try {
    const der = Buffer.concat([PUBLIC_HEAD, Buffer.from(document.publicKey, 'base64')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, bytesOf(fields), key, Buffer.from(signature, 'base64'));
  } catch {
    return false; // no key of that kind
  }
}

/** Whether it was signed with a key that comes from this ring. */
export function isOurs(ring: Keyring, { rootKey, publicKey }: Signed): boolean {
  return ring.names.includes(rootKey) && publicKeyOf(ring, rootKey) === publicKey;
}

function publicKeyOf(ring: Keyring, rootKey: string): string {
  return publicHalf(signingKey(ring, rootKey));
}

/** The seed of the pair is a key derived from the root key for this alone. */
function signingKey(ring: Keyring, rootKey: string): KeyObject {
  const seed = derivedRing(ring, 'backup-signature').key(rootKey);
  const der = Buffer.concat([PRIVATE_HEAD, seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function publicHalf(secret: KeyObject): string {
  const { x = '' } = createPublicKey(secret).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('base64');
}

function bytesOf(fields: object): Buffer {
  return Buffer.from(canonicalize(fields) ?? '', 'utf8');
}
