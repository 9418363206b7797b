/** An access token is believed only if this server signed it, for itself, as an access token, and it is in time. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { RefusalCode } from '../../src/contract/index.ts';
import { Refusal, Secret } from '../../src/kernel/index.ts';
import { signingKeys, type SigningKeysText } from '../../src/auth/signing-keys.ts';
import { accessTokens } from '../../src/auth/access-token.ts';
import { systemEntropy } from '../../src/platform/system.ts';
import { AUDIENCE, DAY, handClock, ISSUER, MINUTE, signingKey } from './support.ts';

const first = signingKey('first');
const second = signingKey('second');
const clock = handClock();
const NOW = Math.floor(clock.now().getTime() / 1000);
const settings = {
  clock,
  entropy: systemEntropy(clock),
  issuer: ISSUER,
  audience: AUDIENCE,
  accessTokenMs: 15 * MINUTE,
};
const text = (current: string, ...keys: (typeof first)[]) =>
  signingKeys(new Secret({ current, keys }));
const tokens = accessTokens({ ...settings, keys: text('first', first, second) });
const bearer = {
  workspaceId: '01890000-0000-7000-8000-000000000001',
  userId: '01890000-0000-7000-8000-000000000002',
  sessionId: '01890000-0000-7000-8000-000000000003',
  role: 'user',
  sessionEnds: new Date(clock.now().getTime() + 90 * DAY),
} as Parameters<typeof tokens.issue>[0];
const good = tokens.issue(bearer).accessToken;
const claims = jwt.decode(good) as Record<string, unknown>;
const privateKey = createPrivateKey({ key: { ...first }, format: 'jwk' });
const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();

/** The good token with other claims or another header, properly signed. */
function signed(changed: object, header: object = {}, key = privateKey): string {
  const merged: Record<string, unknown> = { ...claims, ...changed };
  const kept = Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  );
  return byHand({ alg: 'ES256', typ: 'at+jwt', kid: 'first', ...header }, kept, key);
}

/** Signed without a library that could object to what is in it. */
function byHand(header: object, payload: object, key = privateKey): string {
  const encoded = jwt.sign(JSON.stringify(payload), key, {
    algorithm: 'ES256',
    header: header as jwt.JwtHeader,
  });
  return encoded;
}

function unsigned(header: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.`;
}

const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [head = '', body = '', signature = ''] = good.split('.');

const refusedTokens: readonly [string, string, RefusalCode][] = [
  ['expired by a second', signed({ exp: NOW - 1 }), 'token_expired'],
  ['expiring now', signed({ exp: NOW }), 'token_expired'],
  ['of another type', signed({ type: 'refresh' }), 'unauthenticated'],
  ['of another media type', signed({}, { typ: 'JWT' }), 'unauthenticated'],
  ['for another audience', signed({ aud: 'other' }), 'unauthenticated'],
  ['for several audiences', signed({ aud: [AUDIENCE, 'other'] }), 'unauthenticated'],
  ['of another issuer', signed({ iss: 'https://evil.example' }), 'unauthenticated'],
  ['expired and of another issuer', signed({ exp: NOW - 1, iss: 'x' }), 'unauthenticated'],
  ['with alg none', unsigned({ alg: 'none', typ: 'at+jwt', kid: 'first' }), 'unauthenticated'],
  [
    'with ES256 and no signature',
    unsigned({ alg: 'ES256', typ: 'at+jwt', kid: 'first' }),
    'unauthenticated',
  ],
  ['with HS256 and the public key as secret', hs256(), 'unauthenticated'],
  ['with a kid that is not ours', signed({}, { kid: 'third' }), 'unauthenticated'],
  ['with the kid __proto__', signed({}, { kid: '__proto__' }), 'unauthenticated'],
  ['with the kid constructor', signed({}, { kid: 'constructor' }), 'unauthenticated'],
  ['without a kid', signed({}, { kid: undefined }), 'unauthenticated'],
  ['with the kid of another key of ours', signed({}, { kid: 'second' }), 'unauthenticated'],
  ['with a key of its own', embedded(), 'unauthenticated'],
  [
    'pointing to a key elsewhere',
    signed({}, { jku: 'https://evil.example/k' }, stranger.privateKey),
    'unauthenticated',
  ],
  ['signed by a stranger', signed({}, {}, stranger.privateKey), 'unauthenticated'],
  ['valid only later', signed({ nbf: NOW + 31 }), 'unauthenticated'],
  ['issued later', signed({ iat: NOW + 31 }), 'unauthenticated'],
  ['with exp as text', signed({ exp: String(NOW + 900) }), 'unauthenticated'],
  ['with a fractional exp', signed({ exp: NOW + 900.5 }), 'unauthenticated'],
  ['with an unknown role', signed({ roles: ['root'] }), 'unauthenticated'],
  ['with no role', signed({ roles: [] }), 'unauthenticated'],
  ['with two roles', signed({ roles: ['user', 'admin'] }), 'unauthenticated'],
  ['with a session that is no id', signed({ sid: '1 OR 1=1' }), 'unauthenticated'],
  ['with a claim too many', signed({ admin: true }), 'unauthenticated'],
  ['cut off', good.slice(0, -10), 'unauthenticated'],
  [
    'with other claims under the same signature',
    `${head}.${otherBody()}.${signature}`,
    'unauthenticated',
  ],
  ['without its last part', `${head}.${body}`, 'unauthenticated'],
  ['empty', '', 'unauthenticated'],
  ['that is no token', 'a.b.c', 'unauthenticated'],
  ['too long to be ours', signed({ jti: 'x'.repeat(4_000) }), 'unauthenticated'],
  ...Object.keys(claims).map(
    (claim) => [`without ${claim}`, signed({ [claim]: undefined }), 'unauthenticated'] as const,
  ),
].map(([name, token, code]) => [name, token, code as RefusalCode]);

function hs256(): string {
  const header = { alg: 'HS256', typ: 'at+jwt', kid: 'first' };
  return jwt.sign(claims, Buffer.from(publicPem), { algorithm: 'HS256', header });
}

function embedded(): string {
  const jwk = stranger.publicKey.export({ format: 'jwk' });
  return signed({}, { jwk }, stranger.privateKey);
}

function otherBody(): string {
  return Buffer.from(JSON.stringify({ ...claims, roles: ['admin'] })).toString('base64url');
}

describe('an access token', () => {
  it('carries exactly its claims and is believed', () => {
    assert.deepEqual(Object.keys(claims).sort(), [
      ...['aud', 'exp', 'iat', 'iss', 'jti', 'nbf', 'roles', 'sid', 'sub', 'type', 'wid'],
    ]);
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as unknown;
    assert.deepEqual(header, { alg: 'ES256', typ: 'at+jwt', kid: 'first' });
    const { workspaceId, userId, sessionId } = bearer;
    const expiresAt = (NOW + 15 * 60) * 1000;
    assert.deepEqual(tokens.prove(good), {
      ...{ workspaceId, userId, sessionId, expiresAt },
      jti: claims['jti'],
    });
  });

  it('may be half a minute ahead of the clock of the node that reads it', () => {
    assert.doesNotThrow(() => tokens.prove(signed({ nbf: NOW + 30, iat: NOW + 30 })));
  });

  for (const [name, token, code] of refusedTokens)
    it(`${name} is refused, and the refusal does not say why`, () => {
      assert.throws(
        () => tokens.prove(token),
        (error) => {
          assert.ok(error instanceof Refusal);
          assert.equal(error.code, code);
          assert.equal(error.message, code);
          assert.equal(error.cause, undefined);
          assert.equal(error.detail, undefined);
          return true;
        },
      );
    });

  it('signed with the previous key is believed while that key is in the set, and no longer', () => {
    const rotated = accessTokens({ ...settings, keys: text('second', first, second) });
    assert.doesNotThrow(() => rotated.prove(good));
    const retired = accessTokens({ ...settings, keys: text('second', second) });
    assert.throws(() => retired.prove(good), { code: 'unauthenticated' });
  });

  it('expires to the second by the clock of the server', () => {
    const later = handClock();
    const moving = accessTokens({ ...settings, clock: later, keys: text('first', first) });
    const { accessToken } = moving.issue(bearer);
    later.advance(15 * MINUTE - 1);
    assert.doesNotThrow(() => moving.prove(accessToken));
    later.advance(1);
    assert.throws(() => moving.prove(accessToken), { code: 'token_expired' });
    later.advance(DAY);
    assert.throws(() => moving.prove(accessToken), { code: 'token_expired' });
  });
});

describe('the signing keys', () => {
  it('publish their public halves only', () => {
    const { keys } = text('first', first, second).publicSet();
    assert.deepEqual(
      keys.map((jwk) => [jwk['kid'], jwk['alg'], Object.keys(jwk).sort().join()]),
      [first, second].map(({ kid }) => [kid, 'ES256', 'alg,crv,kid,kty,use,x,y']),
    );
  });

  const wrong: readonly [string, unknown][] = [
    ['an unknown current key', { current: 'third', keys: [first] }],
    ['a key twice', { current: 'first', keys: [first, { ...second, kid: 'first' }] }],
    ['a public key', { current: 'first', keys: [{ ...first, d: undefined }] }],
    ['a key of another curve', { current: 'first', keys: [{ ...first, crv: 'P-384' }] }],
    ['a point off the curve', { current: 'first', keys: [{ ...first, x: second.x }] }],
    ['no key', { current: 'first', keys: [] }],
  ];
  for (const [name, value] of wrong)
    it(`with ${name} stop the start without being quoted`, () => {
      assert.throws(
        () => signingKeys(new Secret(value as SigningKeysText)),
        (error) =>
          error instanceof Error && !JSON.stringify([error.message, error.cause]).includes(first.d),
      );
    });
});
