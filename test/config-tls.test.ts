/** Production starts only where no secret would travel in the clear, and says everything that is in its way at once. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { ConfigError, readConfig, type Environment } from '../src/config.ts';
import { authority, certificateFor, type Identity } from './support/certificates.ts';

const ring = () =>
  JSON.stringify({ current: '1', keys: { 1: randomBytes(32).toString('base64') } });
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const GOOD: Environment = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://chat.example.org',
  TRUSTED_PROXIES: '10.0.0.1',
  DATABASE_APP_URL: 'postgres://app:app-password@db.example/chat',
  DATABASE_TLS: 'verify',
  REDIS_URL: 'rediss://redis.example',
  ERASURE_LEDGER_FILE: '/var/lib/conclave/erasure-ledger.jsonl',
  CONCLAVE_ROOT_KEYS: ring(),
  CONCLAVE_PEPPERS: ring(),
  CONCLAVE_DIGEST_KEYS: ring(),
  CONCLAVE_SIGNING_KEYS: JSON.stringify({ current: 'k', keys: [{ ...jwk, kid: 'k' }] }),
};

function problems(changes: Environment): readonly string[] {
  try {
    readConfig({ ...GOOD, ...changes });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message.split('\n').map((line) => line.split(' ')[0] ?? '');
  }
  return [];
}

describe('a configuration for production', () => {
  let own: Identity;
  let other: Identity;
  before(async () => {
    const ca = await authority('Ours');
    [own, other] = [
      await certificateFor('chat.example.org', ca),
      await certificateFor('chat.example.org', ca),
    ];
  });

  it('is taken as it should be, and each thing that is missing is named, all of them at once', () => {
    assert.deepEqual(problems({}), []);
    const { production, secure } = readConfig(GOOD);
    assert.deepEqual([production, secure], [true, true]);
    const wrong = {
      PUBLIC_URL: 'http://chat.example.org',
      DATABASE_TLS: 'off',
      REDIS_URL: 'redis://redis.example',
      BCRYPT_COST: '4',
    };
    assert.deepEqual(problems(wrong), ['PUBLIC_URL', 'DATABASE_TLS', 'REDIS_URL', 'BCRYPT_COST']);
    assert.deepEqual(problems({ ...wrong, NODE_ENV: 'development' }), []);
  });

  it('names the proxy where TLS ends, or ends it here', () => {
    assert.deepEqual(problems({ TRUSTED_PROXIES: '' }), ['Set']);
    const ended = { TRUSTED_PROXIES: '', TLS_CERT: own.cert, TLS_KEY: own.key };
    assert.deepEqual(problems(ended), []);
    assert.equal(readConfig({ ...GOOD, ...ended }).listen.tls?.key.reveal(), own.key);
    assert.equal(
      readConfig({ ...GOOD, ...ended, NODE_ENV: 'test', PUBLIC_URL: '' }).publicUrl,
      'https://127.0.0.1:3000',
    );
  });

  it('has a certificate and its own key, or neither', () => {
    assert.deepEqual(problems({ TLS_CERT: own.cert }), ['TLS_CERT']);
    assert.deepEqual(problems({ TLS_KEY: own.key }), ['TLS_CERT']);
    assert.deepEqual(problems({ TLS_CERT: own.cert, TLS_KEY: other.key }), ['TLS_KEY']);
  });

  it('has no authority for what is not encrypted', () => {
    const local = { DATABASE_APP_URL: 'postgres://a:b@127.0.0.1/c', DATABASE_TLS: 'off' };
    assert.deepEqual(problems({ ...local, DATABASE_CA: own.cert }), ['DATABASE_CA']);
    const redis = { REDIS_URL: 'redis://localhost', REDIS_CA: own.cert };
    assert.deepEqual(problems(redis), ['REDIS_CA']);
  });

  for (const [host, onThisMachine] of [
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['[::1]', true],
    ['%2Frun%2Fpostgresql', true],
    ['128.0.0.1', false],
    ['127.0.0.1.example.org', false],
    ['localhost.example.org', false],
    ['[::ffff:10.0.0.1]', false],
    ['10.0.0.7', false],
  ] as const)
    it(`${onThisMachine ? 'may' : 'may not'} leave a Postgres at ${host} without TLS`, () => {
      const plain = { DATABASE_APP_URL: `postgres://a:b@${host}/c`, DATABASE_TLS: 'off' };
      assert.deepEqual(problems(plain), onThisMachine ? [] : ['DATABASE_TLS']);
      assert.deepEqual(problems({ ...plain, SERVICES_NETWORK: 'private' }), []);
    });

  it('is not talked out of it by a host beside the host', () => {
    const url = 'postgres://a:b@localhost/c?host=db.example';
    assert.deepEqual(problems({ DATABASE_APP_URL: url, DATABASE_TLS: 'off' }), ['DATABASE_TLS']);
  });
});
