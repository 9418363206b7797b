/** The keys that sign access tokens: P-256 only, found by `kid` in a known set, private halves never given out. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Secret } from '../kernel/index.ts';

const PrivateJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1).max(128),
  x: z.base64url(),
  y: z.base64url(),
  d: z.base64url(),
});
const SigningKeys = z.object({ current: z.string(), keys: z.array(PrivateJwk).min(1) });

/** `{ "current": kid, "keys": [private JWK, …] }`: new tokens are signed with `current`, old ones still verify. */
export type SigningKeysText = z.input<typeof SigningKeys>;

export interface JwkSet {
  readonly keys: readonly Readonly<Record<string, string>>[];
}

export interface SigningKeys {
  /** What new tokens are signed with now. */
  readonly current: { readonly kid: string; readonly key: KeyObject };
  /** The public key of that name, or undefined: a name from a token decides nothing else. */
  readonly publicKey: (kid: string) => KeyObject | undefined;
  readonly publicSet: () => JwkSet;
}

/** Throws an Error that names what is wrong and never what a key contains. */
export function signingKeys(text: Secret<SigningKeysText>): SigningKeys {
  const parsed = SigningKeys.safeParse(text.reveal());
  if (!parsed.success) throw new Error('The signing keys are not a set of private P-256 JWKs.');
  const { current, keys } = parsed.data;
  const own = new Map(keys.map((jwk) => [jwk.kid, toKeyObject(jwk)]));
  if (own.size !== keys.length) throw new Error('Two signing keys have the same kid.');
  const key = own.get(current);
  if (!key) throw new Error('The current signing key is not among the signing keys.');
  const publicKeys = new Map([...own].map(([kid, secret]) => [kid, createPublicKey(secret)]));
  const published = [...publicKeys].map(([kid, half]) => publicJwk(kid, half));
  return {
    current: { kid: current, key },
    publicKey: (kid) => publicKeys.get(kid),
    publicSet: () => ({ keys: published }),
  };
}

/** RFC 7517, with what RFC 8725 §3.1 wants said: for which algorithm, and for what, the key is. */
export function publicJwk(kid: string, half: KeyObject): Readonly<Record<string, string>> {
  const { kty = '', crv = '', x = '', y = '' } = half.export({ format: 'jwk' });
  return { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' };
}

function toKeyObject({ kty, crv, x, y, d }: z.output<typeof PrivateJwk>): KeyObject {
  try {
    return createPrivateKey({ key: { kty, crv, x, y, d }, format: 'jwk' });
  } catch {
    throw new Error('A signing key is not a valid private P-256 JWK.'); // the cause could quote the key
  }
}
