/** Signs what somebody must be able to verify years later, offline, with nothing of this server but a public key. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { keyId } from './attested.ts';
import { derivedRing, type Keyring } from './keyring.ts';

/** Ed25519 (RFC 8032), one key for each root key: what was signed under an earlier one still verifies. */
export interface Attestation {
  /** Names the key that signs now. */
  readonly kid: string;
  /** Its public half, 32 bytes in base64url: the `x` of its JWK (RFC 8037). */
  readonly publicKey: string;
  /** 64 bytes over exactly these bytes. */
  readonly attest: (bytes: Uint8Array) => Buffer;
  /** The public halves of all keys of the ring, the current one first. */
  readonly publicKeys: readonly AttestationKey[];
}

export interface AttestationKey {
  readonly kid: string;
  readonly publicKey: string;
}

/** PKCS #8 of an Ed25519 private key up to its seed (RFC 8410, 7): node:crypto takes no bare seed. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The seeds are derived from the root keys for this purpose only (HKDF, see `derivedRing`). */
export function attestation(root: Keyring): Attestation {
  const seeds = derivedRing(root, 'attestation');
  const halves = (name: string) => {
    const der = Buffer.concat([PKCS8_HEAD, seeds.key(name)]);
    const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const { x: publicKey = '' } = createPublicKey(secret).export({ format: 'jwk' });
    return { secret, publicKey, kid: keyId(publicKey) };
  };
  const { secret, ...current } = halves(seeds.current);
  const earlier = seeds.names.filter((name) => name !== seeds.current).map(halves);
  return {
    ...current,
    attest: (bytes) => sign(null, bytes, secret),
    publicKeys: [current, ...earlier.map(({ kid, publicKey }) => ({ kid, publicKey }))],
  };
}
