/** Signs what a backup says of itself: who has the public key can check it, only who has the root keys can make it. */
import {
  documentSigner,
  publicKeyOf,
  verifyDocument,
  type Keyring,
  type Signature,
} from '../../crypto/index.ts';

/** Of what carries it: which root key the signing key comes from, and its public half, 32 bytes in base64url. */
export interface Signed extends Signature {
  readonly rootKey: string;
  readonly publicKey: string;
}

/** The fields with those of `Signed` after them. */
export function signed<T extends object>(ring: Keyring, fields: T): T & Signed {
  const signer = documentSigner(ring);
  const { x: publicKey } = signer.current;
  return signer.sign('backup-manifest', { ...fields, rootKey: ring.current, publicKey });
}

/** Whether nothing was changed since whoever has the private half of `publicKey` signed it. */
export function isWhole(document: Signed): boolean {
  const keys = [publicKeyOf(document.publicKey)];
  return verifyDocument('backup-manifest', document, { keys }) === 'valid';
}

/** Whether it was signed with the key that comes from the root key which it names, and that is in this ring. */
export function isOurs(ring: Keyring, document: Signed): boolean {
  const { rootKey } = document;
  if (!ring.names.includes(rootKey)) return false;
  const signer = documentSigner({ ...ring, current: rootKey, names: [rootKey] });
  return signer.verify('backup-manifest', document) === 'valid';
}
