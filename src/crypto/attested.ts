/** Verifies what a server signed, with its public key alone: this file needs nothing else, so that any program may. */
import { createHash, createPublicKey, verify } from 'node:crypto';

/** Bytes of a public key. */
const PUBLIC_BYTES = 32;

/** Whether the holder of that key signed exactly these bytes; never throws, whatever the texts are. */
export function isAttested(publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (Buffer.from(publicKey, 'base64url').length !== PUBLIC_BYTES) return false;
  try {
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: publicKey },
      format: 'jwk',
    });
    return verify(null, bytes, key, signature);
  } catch {
    return false;
  }
}

/** Names a public key: the thumbprint of its JWK (RFC 7638, with the members of RFC 8037). */
export function keyId(x: string): string {
  const members = JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x });
  return createHash('sha256').update(members).digest('base64url');
}
