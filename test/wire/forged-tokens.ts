/** Every way in which an access token can be wrong, each wrong in one thing only; the same table for all doors. */
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { RefusalCode } from '../../src/contract/index.ts';

type Fields = Readonly<Record<string, unknown>>;
interface Key {
  readonly kid: string;
  readonly key: KeyObject;
}

/** What the table is made from: a genuine token, the keys of the server, and other people's ids. */
export interface Genuine {
  readonly token: string;
  /** Seconds since the epoch, by the clock of the server. */
  readonly now: number;
  readonly current: Key;
  /** Published, and not the one that the token is signed with. */
  readonly other: Key;
  readonly retired: Key;
  readonly refreshToken: string;
  /** The jti of a token that was revoked, of the session of the genuine one. */
  readonly revoked: string;
  /** Somebody else of the workspace, and somebody of another workspace. */
  readonly bob: { readonly sub: string; readonly sid: string };
  readonly eve: { readonly sub: string; readonly sid: string; readonly wid: string };
}

export interface Forgery {
  readonly name: string;
  readonly token: string;
  readonly code: RefusalCode;
  /** Where it is brought into a live connection: a genuine token of somebody else is no forgery there, and not theirs. */
  readonly inBand: RefusalCode;
}

const encoded = (part: string | Buffer) => Buffer.from(part).toString('base64url');
const { privateKey: stranger, publicKey: strangers } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
});
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const LATER = 31;
const URL_OF_EVIL = 'https://evil.example/keys';

export function forgeries(genuine: Genuine): readonly Forgery[] {
  const { token, now, current, other, retired, bob, eve, revoked } = genuine;
  const [head = '', body = '', signature = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Fields;
  const [header, claims] = [read(head), read(body)];
  const cut = (whole: Fields) =>
    JSON.stringify(Object.fromEntries(Object.entries(whole).filter(([, v]) => v !== undefined)));
  const raw = (
    h: string,
    c: string,
    key: KeyObject = current.key,
    more: object = RAW,
    hash = 'sha256',
  ) =>
    `${encoded(h)}.${encoded(c)}.${sign(hash, Buffer.from(`${encoded(h)}.${encoded(c)}`), { key, ...more }).toString('base64url')}`;
  /** Signed as it should be, with other claims or another header. */
  const signed = (c: Fields, h: Fields = {}, key: KeyObject = current.key) =>
    raw(cut({ ...header, ...h }), cut({ ...claims, ...c }), key);
  const mac = (secret: string | Buffer) =>
    jwt.sign(claims, secret, {
      algorithm: 'HS256',
      header: { ...header, alg: 'HS256' } as unknown as jwt.JwtHeader,
    });
  const half = createPublicKey(current.key);
  const unsigned = (alg: string) => `${encoded(cut({ ...header, alg }))}.${body}.`;
  const text = cut(claims);
  const bits = Buffer.from(signature, 'base64url');
  const flipped = Buffer.from(bits.map((byte, i) => (i === 40 ? byte ^ 1 : byte)));
  const spare = `${signature.slice(0, -1)}${spareOf(signature.at(-1) ?? '')}`;
  const of = (
    rows: Readonly<Record<string, string>>,
    code: RefusalCode = 'unauthenticated',
    inBand = code,
  ) => Object.entries(rows).map(([name, wrong]) => ({ name, token: wrong, code, inBand }));

  return [
    ...of({
      'alg none': unsigned('none'),
      'alg None': unsigned('None'),
      'alg none with the signature': `${unsigned('none')}${signature}`,
      'ES256 without a signature': `${head}.${body}.`,
      'no alg': signed({}, { alg: undefined }),
      'HS256 with the public key in PEM as the secret': mac(
        half.export({ type: 'spki', format: 'pem' }),
      ),
      'HS256 with the public key in DER as the secret': mac(
        half.export({ type: 'spki', format: 'der' }),
      ),
      'HS256 with the empty kid of nobody': mac('secret'),
      RS256: raw(cut({ ...header, alg: 'RS256' }), text, rsa, {}),
      ES384: raw(cut({ ...header, alg: 'ES384' }), text, p384, RAW, 'sha384'),
      'ES384 with our key': raw(cut({ ...header, alg: 'ES384' }), text, current.key, RAW, 'sha384'),
      'ES256 in the header and P-384 under it': raw(cut(header), text, p384),
      EdDSA: `${encoded(cut({ ...header, alg: 'EdDSA' }))}.${body}.${sign(null, Buffer.from(`${head}.${body}`), ed25519).toString('base64url')}`,
      'a signature in DER': raw(cut(header), text, current.key, { dsaEncoding: 'der' }),
      'a signature of zeros': `${head}.${body}.${encoded(Buffer.alloc(64))}`,
      'a flipped bit in the signature': `${head}.${body}.${encoded(flipped)}`,
      'the signature of another key': signed({}, {}, stranger),
      'the signature of another key of ours': signed({}, {}, other.key),
    }),
    ...of({
      'an unknown kid': signed({}, { kid: 'nobody' }),
      'the kid of another key of ours': signed({}, { kid: other.kid }),
      'the kid of a retired key': signed({}, { kid: retired.kid }, retired.key),
      'a retired key under the kid of the current one': signed({}, {}, retired.key),
      'no kid': signed({}, { kid: undefined }),
      'an empty kid': signed({}, { kid: '' }),
      'a kid that is a number': signed({}, { kid: 1 }),
      'a kid that is a list': signed({}, { kid: [current.kid] }),
      'the kid __proto__': signed({}, { kid: '__proto__' }),
      'a kid that is a path': signed({}, { kid: '../../../dev/null' }),
      'a kid that is SQL': signed({}, { kid: "x' UNION SELECT 'key" }),
      'a key of its own': signed({}, { jwk: strangers.export({ format: 'jwk' }) }, stranger),
      'a key elsewhere': signed({}, { jku: URL_OF_EVIL }, stranger),
      'a certificate elsewhere': signed({}, { x5u: URL_OF_EVIL }, stranger),
      'a certificate of its own': signed({}, { x5c: ['MIIB'] }, stranger),
      'our key, and a key elsewhere': signed({}, { jku: URL_OF_EVIL }),
      'an extension that must be understood': signed({}, { crit: ['exp'] }),
      'an unencoded payload': signed({}, { crit: ['b64'], b64: false }),
      'another media type': signed({}, { typ: 'JWT' }),
      'no media type': signed({}, { typ: undefined }),
      'a token within a token': signed({}, { cty: 'JWT' }),
    }),
    ...of({
      'another issuer': signed({ iss: 'https://evil.example' }),
      'an issuer with a slash more': signed({ iss: `${String(claims['iss'])}/` }),
      'another audience': signed({ aud: 'somebody-else' }),
      'several audiences': signed({ aud: [claims['aud'], 'somebody-else'] }),
      'another type': signed({ type: 'refresh' }),
      'nbf in the future': signed({ nbf: now + LATER }),
      'iat in the future': signed({ iat: now + LATER }),
      'a life longer than any of ours': signed({ exp: Number(claims['iat']) + 3_601 }),
      'exp as text': signed({ exp: String(claims['exp']) }),
      'exp in fractions': signed({ exp: now + 60.5 }),
      'exp below zero': signed({ exp: -1 }),
      'a jti that is no id': signed({ jti: 'x' }),
      'an unknown role': signed({ roles: ['root'] }),
      'the role of nobody': signed({ roles: [] }),
      'several roles': signed({ roles: ['user', 'admin'] }),
      'a claim too many': signed({ admin: true }),
      ...Object.fromEntries(
        Object.keys(claims).map((claim) => [`no ${claim}`, signed({ [claim]: undefined })]),
      ),
    }),
    ...of(
      {
        'the sub of somebody else': signed({ sub: bob.sub }),
        'the sid of somebody else': signed({ sid: bob.sid }),
        'a session that never was': signed({ sid: '01890000-0000-7000-8000-000000000000' }),
        "another workspace's wid": signed({ wid: eve.wid }),
        "another workspace's session": signed({ sid: eve.sid, sub: eve.sub }),
        'a workspace that never was': signed({ wid: '01890000-0000-7000-8000-000000000000' }),
      },
      'unauthenticated',
      'forbidden',
    ),
    ...of({
      'sub twice, ours last': raw(cut(header), text.replace('{', `{"sub":"${bob.sub}",`)),
      'sub twice, ours first': raw(
        cut(header),
        text.replace(/\}$/, `,"sub":"${String(claims['sub'])}"}`),
      ),
      'alg twice': raw(cut(header).replace('{', '{"alg":"none",'), text),
      'spaces in its claims': raw(cut(header), JSON.stringify(claims, null, 1)),
      'claims that are a list': raw(cut(header), `[${text}]`),
      'claims that are null': raw(cut(header), 'null'),
      'claims that are no JSON': raw(cut(header), text.slice(0, -1)),
      'other claims under its signature': `${head}.${encoded(cut({ ...claims, roles: ['admin'] }))}.${signature}`,
      'its last character cut off': token.slice(0, -1),
      'its signature cut in half': token.slice(0, -40),
      'two parts': `${head}.${body}`,
      'four parts': `${token}.x`,
      'a dot more': `${token}.`,
      'five parts': `${token}.x.y`,
      'trailing garbage in its signature': `${token}AAAA`,
      padding: `${token}==`,
      'spare bits set in its signature': `${head}.${body}.${spare}`,
      'an asterisk inside': `${head}.${body}.${signature.slice(0, 9)}*${signature.slice(9)}`,
      'the other alphabet of base64': `${head}.${body}.${encoded(Buffer.alloc(64, 0xfb)).replaceAll('-', '+')}`,
      'too long': signed({ iss: 'x'.repeat(2_500) }),
      'far too long': `${token}${'A'.repeat(7_000)}`,
      'no token at all': 'a.b.c',
      'two dots': '..',
      'a refresh token': genuine.refreshToken,
    }),
    ...of(
      {
        'exp now': signed({ exp: now }),
        'exp past': signed({ iat: now - 900, nbf: now - 900, exp: now - 1 }),
        'exp long past': signed({ iat: 1_000, nbf: 1_000, exp: 2_000 }),
      },
      'token_expired',
    ),
    ...of({ 'a jti that was revoked': signed({ jti: revoked }) }, 'token_revoked'),
  ];
}

/** The genuine token with other claims, as the server itself would have made it. */
export function reissued({ token, current: { key } }: Genuine, changes: Fields): string {
  const [head = '', body = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Fields;
  const text = `${head}.${encoded(JSON.stringify({ ...claims, ...changes }))}`;
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

/** JWS wants r and s side by side (RFC 7518 §3.4). */
const RAW = { dsaEncoding: 'ieee-p1363' };
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Another last character of 64 bytes in base64url that stands for the same bytes. */
function spareOf(last: string): string {
  return ALPHABET[ALPHABET.indexOf(last) ^ 1] ?? '';
}
