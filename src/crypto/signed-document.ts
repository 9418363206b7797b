/** A signed document: what it says, canonical, with an Ed25519 signature that anybody can check with the public key alone. */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import canonicalize from 'canonicalize';

/** What a document is; signed with it, so that one kind never passes for another. */
export type DocumentKind =
  | 'backup-manifest'
  | 'erasure-head'
  | 'erasure-ledger'
  | 'erasure-receipt'
  | 'export-manifest'
  | 'retention-report';

export interface Signature {
  /** Which key: its thumbprint (RFC 7638). */
  readonly key: string;
  /** Ed25519 (RFC 8032), in base64url, over the kind and the document without this field. */
  readonly signature: string;
}

/** A public key as RFC 8037 writes it. */
export interface PublicKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
}

export interface PublicKeySet {
  readonly keys: readonly PublicKey[];
}

export type Verdict = 'valid' | 'unsigned' | 'unknown-key' | 'forged';

/** What is signed: the kind, a NUL, and the document by RFC 8785, so that spaces and the order of keys do not matter. */
export function signedBytes(kind: DocumentKind, document: object): Buffer {
  const text = canonicalize(document);
  if (text === undefined) throw new Error('a document that JSON cannot say');
  return Buffer.from(`conclave ${kind}\0${text}`, 'utf8');
}

/** Whether one of the keys signed this very document as what it is taken for. Never throws, whatever it is given. */
export function verifyDocument(kind: DocumentKind, given: unknown, keys: PublicKeySet): Verdict {
  if (typeof given !== 'object' || given === null) return 'unsigned';
  const { signature, ...document } = given as Partial<Signature>;
  if (typeof signature !== 'string' || typeof document.key !== 'string') return 'unsigned';
  const named = keys.keys.find(({ kid }) => kid === document.key);
  if (!named) return 'unknown-key';
  try {
    const bytes = Buffer.from(signature, 'base64url');
    // One spelling for a signature: what base64 ignores is a change all the same.
    if (bytes.toString('base64url') !== signature) return 'forged';
    return verify(null, signedBytes(kind, document), keyOf(named), bytes) ? 'valid' : 'forged';
  } catch {
    return 'forged';
  }
}

/** The key of these 32 bytes, in base64url, with its name: its thumbprint (RFC 7638). */
export function publicKeyOf(x: string): PublicKey {
  const members = JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x });
  const kid = createHash('sha256').update(members).digest('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid };
}

function keyOf({ kty, crv, x }: PublicKey): KeyObject {
  return createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
}
