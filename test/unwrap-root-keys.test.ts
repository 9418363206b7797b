/** Root keys may stand wrapped in the settings: the service that unwraps them is asked at the start, and never believed blindly. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { randomBytes } from 'node:crypto';
import { createApp } from '../src/app.ts';
import { readConfig, type Environment } from '../src/config.ts';
import { keyring } from '../src/crypto/index.ts';
import { createLog } from '../src/platform/log.ts';
import { unwrapped } from '../src/unwrap-root-keys.ts';
import { authority, certificateFor, type Identity } from './support/certificates.ts';
import { project } from './support/bootstrap-clone.ts';
import { TransitServer, type Mood } from './support/transit-server.ts';
import { ROOMY } from './support/world.ts';
import { GOOD } from './setting-values.ts';

describe('root keys that a key management service wrapped', () => {
  const given = keyring(readConfig(process.env).keys.root);
  let ca: Identity;
  let kms: TransitServer;
  let folder: string;
  before(async () => {
    ca = await authority('An authority');
    folder = mkdtempSync(join(tmpdir(), 'conclave-kms-'));
  });
  beforeEach(async () => {
    kms = await TransitServer.start(await certificateFor('127.0.0.1', ca));
  });
  afterEach(() => kms.end());
  after(() => rmSync(folder, { recursive: true }));

  /** The keys of this run, wrapped, and the service that unwraps them. */
  const environment = (more: Environment = {}): Environment => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `${kms.token}\n`, { mode: 0o600 });
    const keys = given.names.map((name) => [name, kms.wrap(given.key(name))]);
    return {
      ...process.env,
      ...ROOMY,
      CONCLAVE_ROOT_KEYS: JSON.stringify({
        current: given.current,
        keys: Object.fromEntries(keys) as Record<string, string>,
      }),
      CONCLAVE_ROOT_KEYS_FILE: '',
      KMS_URL: kms.url,
      KMS_TOKEN_FILE: tokenFile,
      KMS_CA: ca.cert,
      KMS_TIMEOUT_MS: '500',
      ...more,
    };
  };
  const opened = async (more?: Environment) => unwrapped(readConfig(environment(more)));

  it('are the same keys, whatever stands in the settings', async () => {
    const { keys } = await opened();
    const ring = keyring(keys.root);
    assert.deepEqual(ring.names, given.names);
    for (const name of given.names) assert.deepEqual(ring.key(name), given.key(name));
    assert.deepEqual(
      kms.asked,
      given.names.map(() => 'POST /v1/transit/decrypt/conclave'),
    );
  });

  it('may stand beside keys that are given as they are', async () => {
    const plain = randomBytes(32).toString('base64');
    const text = { current: 'b', keys: { a: kms.wrap(given.key(given.current)), b: plain } };
    const { keys } = await opened({ CONCLAVE_ROOT_KEYS: JSON.stringify(text) });
    assert.equal(keyring(keys.root).key('b').toString('base64'), plain);
    assert.equal(kms.asked.length, 1);
  });

  it('are unwrapped over plain HTTP on this machine alone', async () => {
    const plain = await TransitServer.start();
    const text = { current: '1', keys: { 1: plain.wrap(randomBytes(32)) } };
    const settings = { CONCLAVE_ROOT_KEYS: JSON.stringify(text), KMS_URL: plain.url };
    const own = { ...settings, KMS_TOKEN: plain.token, KMS_TOKEN_FILE: '' };
    assert.equal(keyring((await opened(own)).keys.root).key('1').length, 32);
    await plain.end();
    const far = { ...own, KMS_URL: 'http://vault.example.org/v1/transit' };
    assert.throws(() => readConfig(environment(far)), /KMS_URL must begin with https: unless/);
  });

  const refusals: readonly [string, Mood, Environment, RegExp][] = [
    [
      'the token is another one',
      'well',
      { KMS_TOKEN: 'hvs.another-token', KMS_TOKEN_FILE: '' },
      /403/,
    ],
    ['it says nothing', 'silent', {}, /did not answer within 500 ms/],
    ['it is sealed', 'sealed', {}, /refused \(503\)/],
    ['it gives no base64', 'garbage', {}, /something that is no answer/],
    ['it gives no JSON', 'no json', {}, /something that is no answer/],
    ['it gives something that is no key', 'another key', {}, /to something that is no key/],
    ['it goes on and on', 'endless', {}, /cannot be reached \(too long an answer\)/],
    ['it sends somebody elsewhere', 'elsewhere', {}, /refused \(307\)/],
    ['it has no such key', 'well', { KMS_KEY: 'other' }, /refused \(400\)/],
    ['nobody is there', 'well', { KMS_URL: 'https://127.0.0.1:1/' }, /\(ECONNREFUSED\)/],
    ['nobody vouches for it', 'well', { KMS_CA: '' }, /cannot be reached \(\w*(CERT|SIGN)\w*\)/],
  ];
  for (const [what, mood, more, why] of refusals)
    it(`are not there when ${what}, and no secret is in what is said`, async () => {
      kms.mood = mood;
      const error = await opened(more).then(
        () => assert.fail('it was believed'),
        (reason: unknown) => reason as Error,
      );
      assert.match(error.message, /^The key management service /);
      assert.match(error.message, why);
      const said = `${error.message} ${error.stack}`;
      for (const secret of [kms.token, 'hvs.', 'vault:v1'])
        assert.ok(!said.includes(secret), secret);
    });

  it('are needed at the start and not later: a node goes on when the service is gone', async () => {
    const logged: string[] = [];
    const stream = new Writable({
      write(line: Buffer, _encoding, done) {
        logged.push(line.toString());
        done();
      },
    });
    const app = createApp({ config: await opened(), log: createLog('debug', stream) });
    await app.start();
    await kms.end();
    // A new workspace has a new key, which nothing at hand could have wrapped.
    const id = await app.auth.createWorkspace({
      slug: `k${randomBytes(8).toString('hex')}`,
      name: 'Later',
    });
    assert.ok((await app.auth.mintSession(id, { displayName: 'Ada' })).accessToken);
    await app.stop();
    assert.ok(!logged.join('').includes('hvs.'));
  });

  it('keep a node from starting when the service is away, which says so and ends', async () => {
    const settings = environment({ LOG_LEVEL: 'debug' }) as NodeJS.ProcessEnv;
    await kms.end();
    const child = spawn(process.execPath, ['--import=tsx', 'src/main.ts'], {
      cwd: project,
      env: settings,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 1);
    assert.match(said, /Conclave cannot start:\nThe key management service cannot be reached/);
    assert.ok(!said.includes('hvs.'));
  });

  it('need the service to be named whole', () => {
    const refused = (more: Environment, why: RegExp) =>
      assert.throws(() => readConfig(environment(more)), why);
    refused({ KMS_URL: '' }, /CONCLAVE_ROOT_KEYS has wrapped keys. Set KMS_URL/);
    refused({ KMS_TOKEN_FILE: '' }, /KMS_TOKEN_FILE must be set with KMS_URL/);
  });

  it('are, as the token, in files for their owner alone in production', () => {
    for (const name of ['CONCLAVE_ROOT_KEYS', 'KMS_TOKEN'] as const) {
      const path = join(folder, name);
      writeFileSync(path, GOOD[name] ?? kms.token, { mode: 0o600 });
      const settings = { ...GOOD, [name]: '', [`${name}_FILE`]: path };
      const problems = (mode: number, NODE_ENV: string) => {
        chmodSync(path, mode);
        try {
          readConfig({ ...settings, NODE_ENV });
          return '';
        } catch (error) {
          return (error as Error).message;
        }
      };
      for (const mode of [0o640, 0o604, 0o620]) {
        assert.match(problems(mode, 'production'), new RegExp(`${name}_FILE is open to others`));
        assert.equal(problems(mode, 'development'), '');
      }
      assert.doesNotMatch(problems(0o600, 'production'), /open to others/);
    }
  });
});
