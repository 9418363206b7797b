/** Access tokens made with the server's own keys, and wrong in one thing only. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { readConfig } from '../../../src/config.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The key that signs the tokens of this run. */
export function signingKey(): KeyObject {
  const { current, keys } = readConfig(process.env).keys.signing.reveal();
  const key = keys.find(({ kid }) => kid === current);
  if (!key) throw new Error('the signing keys have no current one');
  return createPrivateKey({ key: { ...key }, format: 'jwk' });
}

/** What a genuine token says. */
export function opened(token: string): { header: Fields; claims: Fields } {
  const [header = '', claims = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Fields;
  return { header: read(header), claims: read(claims) };
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const merged = (whole: Fields, changes: Fields) =>
  Object.fromEntries(
    Object.entries({ ...whole, ...changes }).filter(([, value]) => value !== undefined),
  );

/** The token with other claims or another header, signed as it should be. */
export function resigned(token: string, claims: Fields, header: Fields = {}): string {
  const genuine = opened(token);
  return jwt.sign(merged(genuine.claims, claims), signingKey(), {
    algorithm: 'ES256',
    header: merged(genuine.header, header) as unknown as jwt.JwtHeader,
  });
}

/** The token as it is, without a signature. */
export function unsigned(token: string): string {
  const { header, claims } = opened(token);
  return `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}.`;
}

/** Signed with HS256 and the public key as the secret: right for who takes the algorithm from the token. */
export function confused(token: string): string {
  const { header, claims } = opened(token);
  const secret = createPublicKey(signingKey()).export({ type: 'spki', format: 'pem' });
  const head = merged(header, { alg: 'HS256' }) as unknown as jwt.JwtHeader;
  return jwt.sign(claims, Buffer.from(secret), { algorithm: 'HS256', header: head });
}
