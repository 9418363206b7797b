/** The operator's commands act on the server that the environment names, or else on the one that runs in the folder. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverSettings } from '../../src/operator/server-settings.ts';
import { bootstrap } from '../support/bootstrap-modules.ts';

const uid = process.getuid?.() ?? null;
const { recordHouse } = await bootstrap('join');

describe('the settings of a server', () => {
  let root: string;
  let run: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'conclave-operator-'));
    run = join(root, 'var', 'run');
    mkdirSync(run, { recursive: true, mode: 0o700 });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const settings = (environment = {}) => serverSettings({ environment, root, uid });
  const started = () =>
    recordHouse(run, {
      env: { PORT: '3100' },
      added: { DATABASE_URL: 'postgres://here/embedded', CONCLAVE_ROOT_KEYS_FILE: '/keys' },
    });

  it('are nowhere at first', () => {
    assert.equal(settings(), null);
    assert.equal(settings({ REDIS_URL: 'redis://elsewhere' }), null);
  });

  it('are those that a start in the folder has made, as long as it runs', () => {
    const forget = started();
    const found = settings({ PATH: '/bin' });
    assert.equal(found?.['DATABASE_URL'], 'postgres://here/embedded');
    assert.equal(found['CONCLAVE_ROOT_KEYS_FILE'], '/keys');
    assert.equal(found['PUBLIC_URL'], 'http://127.0.0.1:3100', 'the issuer of its tokens');
    assert.equal(found['PATH'], '/bin');
    forget();
    assert.equal(settings(), null);
  });

  it('are found where the state folder was put, by the shell or by .env', () => {
    started();
    renameSync(join(root, 'var'), join(root, 'state'));
    assert.equal(settings(), null);
    assert.ok(settings({ CONCLAVE_STATE_DIR: 'state' }));
    writeFileSync(join(root, '.env'), 'CONCLAVE_STATE_DIR=state\nLOG_LEVEL=warn\n');
    assert.equal(settings()?.['LOG_LEVEL'], 'warn');
    assert.equal(settings({ LOG_LEVEL: 'debug' })?.['LOG_LEVEL'], 'debug');
  });

  it('are those of .env where that names the database', () => {
    writeFileSync(join(root, '.env'), 'DATABASE_APP_URL_FILE=/run/secrets/url\n');
    assert.equal(settings()?.['DATABASE_APP_URL_FILE'], '/run/secrets/url');
  });

  for (const name of [
    'DATABASE_URL',
    'DATABASE_URL_FILE',
    'DATABASE_APP_URL',
    'DATABASE_APP_URL_FILE',
  ])
    it(`are those of the environment alone when that has ${name}`, () => {
      started();
      writeFileSync(join(root, '.env'), 'CONCLAVE_PEPPERS_FILE=/of/another/server\n');
      assert.deepEqual(settings({ [name]: 'x' }), { [name]: 'x' });
    });

  it('are not taken from a file that others can read, nor from a link, nor from one that is no file', () => {
    started();
    const file = join(run, 'house.json');
    chmodSync(file, 0o640);
    assert.throws(() => settings(), /not a file of yours alone/);
    chmodSync(file, 0o600);
    assert.ok(settings());
    renameSync(file, join(run, 'real.json'));
    symlinkSync(join(run, 'real.json'), file);
    assert.throws(() => settings(), /is a link/);
    rmSync(file);
    mkdirSync(file);
    assert.throws(() => settings(), /not a file of yours alone/);
  });
});
