/** What settings may be and what they may not: the least that starts, and for each setting values that stop the start. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Environment } from '../src/config.ts';
import type { SettingName } from '../src/settings.ts';

export const key = () => randomBytes(32).toString('base64');
export const ring = (keys: Record<string, string>, current = '1') =>
  JSON.stringify({ current, keys });
export const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  format: 'jwk',
});
export const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const PEM_KEY = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
export const PEM_PUBLIC = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();
export const signing = (change: object = {}, current = 'k') =>
  JSON.stringify({ current, keys: [{ ...jwk, kid: 'k', ...change }] });

/** The least that starts. */
export const GOOD: Environment = {
  DATABASE_URL: 'postgres://owner:owner-password-16@db.example/chat',
  DATABASE_APP_PASSWORD: 'app-password-of-chat',
  REDIS_URL: 'redis://redis.example',
  SMTP_URL: 'smtps://user:smtp-password-16@mail.example',
  MAIL_FROM: 'Conclave <chat@mail.example>',
  ERASURE_LEDGER_FILE: '/var/lib/conclave/erasure-ledger.jsonl',
  ERASURE_HEAD_FILE: '/var/lib/elsewhere/erasure-head.json',
  CONCLAVE_ROOT_KEYS: ring({ 1: key() }),
  CONCLAVE_PEPPERS: ring({ 1: key() }),
  CONCLAVE_DIGEST_KEYS: ring({ 1: key() }),
  CONCLAVE_SIGNING_KEYS: signing(),
};

export const KEYRINGS = ['CONCLAVE_ROOT_KEYS', 'CONCLAVE_PEPPERS', 'CONCLAVE_DIGEST_KEYS'] as const;
export const BAD_RINGS: readonly [string, string][] = [
  ['no JSON', 'canary-not-json'],
  ['a list', '["canary"]'],
  ['a key of 31 bytes', ring({ 1: randomBytes(31).toString('base64') })],
  ['a key of 33 bytes', ring({ 1: randomBytes(33).toString('base64') })],
  ['an empty key', ring({ 1: '' })],
  ['a key of one repeated byte', ring({ 1: Buffer.alloc(32, 7).toString('base64') })],
  ['a key of a few repeated bytes', ring({ 1: Buffer.from('abcd'.repeat(8)).toString('base64') })],
  ['a wrapped key of no version', ring({ 1: `vault:v0:${key()}` })],
  ['a key in hex', ring({ 1: randomBytes(32).toString('hex') })],
  ['a current key that is not there', ring({ 1: key() }, '2')],
  ['a current key __proto__', ring({ 1: key() }, '__proto__')],
  ['no key', ring({})],
  ['a field too many', JSON.stringify({ current: '1', keys: { 1: key() }, note: 'canary' })],
];
export const BAD_NUMBERS = ['abc', '-1', '1.5', '1e3', '0x10', ' 7', 'NaN', '999999999'];
export const BAD_BUS_RINGS = [
  ...BAD_RINGS.map(([, value]) => value),
  ring({ 1: 'Derived' }),
  ring({ 1: 'derived' }, '2'),
];
export const BAD: Partial<Record<SettingName, readonly string[]>> = {
  NODE_ENV: ['prod', 'Production'],
  HOST: ['x'.repeat(256), 'two words', 'http://host.example', 'host.example:80', 'host/path'],
  PUBLIC_URL: ['chat.example.org', 'ftp://chat.example.org', 'javascript:alert(1)', 'canary'],
  ALLOWED_ORIGINS: ['*', 'canary.example', 'https://a.example/', 'https://a.example,null'],
  OPERATOR_TOKEN: [
    ...['canary', 'A'.repeat(43), randomBytes(31).toString('base64url')],
    ...[`+${randomBytes(32).toString('base64url')}`, randomBytes(400).toString('base64url')],
  ],
  ALLOWED_HOSTS: ['*', 'https://a.example', 'a.example:443', 'a.example/x', 'two words', 'a@b.c'],
  TRUSTED_PROXIES: ['proxy.canary', '10.0.0.0/33', '0.0.0.0/0', '::ffff:10.0.0.0/8', '10.0.0.1,*'],
  KEY_EPOCH_MESSAGES: ['9', ...BAD_NUMBERS],
  KEY_EPOCH_DAYS: ['0', '3651', ...BAD_NUMBERS],
  KMS_URL: [
    'vault.canary',
    'ftp://vault.canary',
    'https://u:canary@v.example',
    'https://v.example?x',
  ],
  KMS_KEY: ['a/b', 'a b', '../sys'],
  KMS_TOKEN: ['canary1', 'two canaries', 'canary-äöü'],
  KMS_CA: ['canary', PEM_PUBLIC],
  KMS_TIMEOUT_MS: ['99', ...BAD_NUMBERS],
  LOG_LEVEL: ['verbose', 'INFO'],
  DATABASE_URL: [
    'canary',
    'mysql://u:canary@h/d',
    'localhost:5432',
    'postgres://u@h/d?sslmode=disable',
    'postgres://u@h/d?ssl=0',
  ],
  DATABASE_APP_PASSWORD: ['canary-short', 'x'.repeat(201)],
  DATABASE_APP_URL: ['canary', 'http://u:canary@h/d'],
  CONCLAVE_BUS_KEYS: BAD_BUS_RINGS,
  REDIS_PUBSUB: ['canary', 'Classic', 'sharded,classic'],
  REDIS_URL: ['canary', 'http://redis.example', 'redis.example:6379'],
  CONCLAVE_SIGNING_KEYS: [
    'canary',
    JSON.stringify({ current: 'k', keys: [] }),
    signing({ crv: 'P-384' }),
    signing({ kty: 'RSA' }),
    signing({ d: undefined }),
    signing({ d: 'canary' }),
    signing({ alg: 'HS256' }),
    signing({ note: 'canary' }),
    signing({}, 'another'),
  ],
  SMTP_URL: [
    ...['canary', 'http://mail.canary', 'smtp:canary', 'smtp://', 'mail.canary:587'],
    ...['smtp://mail.canary/path', 'smtps://mail.canary?tls.rejectUnauthorized=false'],
    'smtps://mail.canary#canary',
  ],
  MAIL_FROM: [
    ...['canary', 'canary@', '@canary', 'a b@canary.example', 'a@canary.example, b@canary.example'],
    ...['a@canary.example\r\nBcc: b@canary.example', 'A\n<a@canary.example>', '<a@canary.example>'],
  ],
  EXPORT_DIR: ['exports', './exports', ''.padEnd(5_000, '/x')],
  MAIL_OUTBOX: ['canary/mail', './canary', '~/canary', `/${'x'.repeat(1_000)}`, '/canary\0'],
  ERASURE_LEDGER_FILE: ['canary/ledger', './canary', '~/canary', '/canary\0'],
  ERASURE_HEAD_FILE: ['canary/head', './canary', '~/canary', '/canary\0'],
  TOKEN_AUDIENCE: ['x'.repeat(201)],
  TLS_CERT: ['canary', '-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----', PEM_KEY],
  TLS_KEY: ['canary', PEM_KEY.replace(/^[^-].*$/m, 'canary'), PEM_PUBLIC],
  DATABASE_TLS: ['on', 'require', 'true'],
  DATABASE_CA: ['canary', PEM_KEY],
  REDIS_CA: ['canary', PEM_KEY],
  SERVICES_NETWORK: ['trusty', 'docker'],
};
