/** A setting that is wrong stops the start with its name and what is allowed, and its value is never shown. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { appUrl, ConfigError, readConfig, type Environment } from '../src/config.ts';
import { SETTINGS, type Setting, type SettingName } from '../src/settings.ts';
import {
  key,
  ring,
  jwk,
  PEM_KEY,
  GOOD,
  KEYRINGS,
  BAD_RINGS,
  BAD_NUMBERS,
  BAD,
} from './setting-values.ts';

function problems(environment: Environment): string {
  try {
    readConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return '';
}

describe('a setting', () => {
  it('of the terminal client is none of the server, and does not stop it', () => {
    const shell = { CONCLAVE_HOME: '/home/ada/state', CONCLAVE_PROFILE: 'ada' };
    assert.equal(readConfig({ ...GOOD, ...shell }).listen.port, 3000);
    assert.throws(() => readConfig({ ...GOOD, CONCLAVE_HOUSE: 'x' }), /is not a setting/);
  });

  it('has a default or is demanded, and what is good is taken', () => {
    const config = readConfig(GOOD);
    assert.deepEqual(config.listen, { host: '127.0.0.1', port: 3000, tls: null });
    assert.equal(config.publicUrl, 'http://127.0.0.1:3000');
    assert.deepEqual([...config.allowedOrigins], ['http://127.0.0.1:3000']);
    assert.equal(config.hashing.cost, 12);
    for (const host of ['0.0.0.0', '::1', 'chat.internal'])
      assert.equal(readConfig({ ...GOOD, HOST: host }).listen.host, host);
    const login = 'postgres://conclave_app_chat:app-password-of-chat@db.example/chat';
    assert.equal(config.database.url.reveal(), login);
    assert.equal(appUrl(GOOD['DATABASE_URL'] ?? '', 'app-password-of-chat'), login);
  });

  it('names the hosts that are answered to: any in development, its own in production, and what is allowed', () => {
    const hosts = (more: object) => {
      const { hosts: found } = readConfig({
        ...GOOD,
        PUBLIC_URL: 'https://Chat.example:8443',
        ...more,
      });
      return found === 'any' ? found : [...found].sort();
    };
    assert.equal(hosts({}), 'any');
    assert.deepEqual(hosts({ ALLOWED_HOSTS: 'A.example, [::1],10.0.0.1' }), [
      ...['10.0.0.1', '[::1]', 'a.example', 'chat.example'],
    ]);
    const proxied = { TRUSTED_PROXIES: '10.0.0.1', SERVICES_NETWORK: 'private' };
    assert.deepEqual(hosts({ ...proxied, NODE_ENV: 'production' }), ['chat.example']);
  });

  for (const [name, { allowed }] of Object.entries<Setting>(SETTINGS)) {
    const isNumber = /^\d+-\d+$/.test(allowed);
    const rings = (KEYRINGS as readonly string[]).includes(name);
    const values = isNumber ? BAD_NUMBERS : (BAD[name as SettingName] ?? []);
    const bad = rings ? BAD_RINGS.map(([, value]) => value) : values;

    it(`${name} that is wrong is named, with what is allowed and without its value`, () => {
      assert.ok(bad.length > 0, 'a new setting needs its bad values here');
      for (const value of bad) {
        const message = problems({ ...GOOD, [name]: value });
        assert.match(message, new RegExp(`^${name} is not valid\\. Allowed: `), value);
        assert.ok(message.includes(allowed));
        assert.ok(value.length < 5 || !message.includes(value), `${message} shows ${value}`);
        assert.ok(!message.includes('canary'), message);
        assert.equal(message.split('\n').length, 1, message);
      }
    });
  }

  for (const [what, value] of BAD_RINGS)
    it(`a keyring with ${what} is refused without a byte of it`, () => {
      const message = problems({ ...GOOD, CONCLAVE_ROOT_KEYS: value });
      assert.ok(message.startsWith('CONCLAVE_ROOT_KEYS is not valid.'), message);
      for (const part of value.match(/[A-Za-z0-9+/=]{20,}/g) ?? [])
        assert.ok(!message.includes(part));
    });

  it('of mail chooses a server, or files, or nothing; production demands TLS', () => {
    const { SMTP_URL, MAIL_FROM, ...none } = GOOD;
    assert.equal(readConfig(none).mail, null);
    assert.equal(problems({ ...none, SMTP_URL }), problems({ ...GOOD, MAIL_FROM: '' }));
    assert.match(problems({ ...none, SMTP_URL }), /^MAIL_FROM must be set with SMTP_URL/);
    const outbox = readConfig({ ...none, MAIL_OUTBOX: '/var/mail/chat' }).mail;
    const from = 'conclave@localhost';
    assert.deepEqual(outbox, { by: 'outbox', folder: '/var/mail/chat', files: 200, from });
    const server = readConfig({ ...GOOD, MAIL_OUTBOX: '/var/mail/chat' }).mail;
    assert.ok(server?.by === 'smtp' && !server.requireTls && server.from === MAIL_FROM);
    const proxied = { PUBLIC_URL: 'https://chat.example', TRUSTED_PROXIES: '10.0.0.1' };
    const production = { ...proxied, NODE_ENV: 'production', SERVICES_NETWORK: 'private' };
    const strict = readConfig({ ...GOOD, ...production }).mail;
    assert.ok(strict?.by === 'smtp' && strict.requireTls);
  });

  it('that is missing is named, all of them at once, and empty counts as missing', () => {
    const message = problems({ CONCLAVE_PEPPERS: '', REDIS_URL: '' });
    for (const name of [...KEYRINGS, 'REDIS_URL', 'CONCLAVE_SIGNING_KEYS'])
      assert.match(message, new RegExp(`^${name} is not set\\. `, 'm'));
    assert.match(
      problems({ ...GOOD, DATABASE_APP_PASSWORD: '' }),
      /^Set DATABASE_APP_URL, or DATABASE_URL and/,
    );
  });

  it('that begins with CONCLAVE_ and does not exist is taken for a slip', () => {
    assert.match(problems({ ...GOOD, CONCLAVE_PEPPER: 'canary' }), /^CONCLAVE_PEPPER is not a /);
    assert.match(problems({ ...GOOD, CONCLAVE_ROOT_KEY_FILE: 'x' }), /^CONCLAVE_ROOT_KEY_FILE is/);
    assert.equal(problems({ ...GOOD, HOME: '/root', CONCLAVE_STATE_DIR: '/x' }), '');
  });

  it('that is secret stays so in a configuration that is printed', () => {
    const config = readConfig(GOOD);
    const printed = inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config);
    for (const secret of [
      'owner-password-16',
      'app-password-of-chat',
      'smtp-password-16',
      jwk.d ?? '?',
    ])
      assert.ok(!printed.includes(secret));
    assert.match(printed, /\[secret\]/);
  });
});

describe('a setting from a file', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'conclave-config-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const file = (text: string) => {
    const path = join(folder, randomBytes(4).toString('hex'));
    writeFileSync(path, text);
    return path;
  };

  for (const [name] of Object.entries<Setting>(SETTINGS).filter(([, { secret }]) => secret))
    it(`${name} is read, or refused when it is also set directly or cannot be read`, () => {
      const OPERATOR_TOKEN = randomBytes(32).toString('base64url');
      const made = { CONCLAVE_BUS_KEYS: ring({ 1: key() }), OPERATOR_TOKEN };
      const given: Environment = { TLS_KEY: PEM_KEY, ...made };
      const { [name]: value = given[name] ?? GOOD['DATABASE_URL'] ?? '', ...rest } = GOOD;
      const read = problems({ ...rest, [`${name}_FILE`]: file(`${value}\n`) });
      assert.equal(
        read,
        name === 'TLS_KEY' ? 'TLS_CERT and TLS_KEY go together. Set both or neither.' : '',
      );
      const both = { ...rest, [name]: value, [`${name}_FILE`]: file(value) };
      assert.match(problems(both), new RegExp(`^${name} and ${name}_FILE are both set`));
      for (const unreadable of [join(folder, 'canary'), folder]) {
        const message = problems({ ...rest, [`${name}_FILE`]: unreadable });
        assert.match(message, new RegExp(`^${name}_FILE names a file that cannot be read`));
        assert.ok(!message.includes(folder));
      }
      const bad = problems({ ...rest, [`${name}_FILE`]: file('canary') });
      assert.match(bad, new RegExp(`^${name} is not valid`));
      assert.ok(!bad.includes('canary'));
    });

  it('is for secrets and certificates only', () => {
    assert.equal(readConfig({ ...GOOD, PORT_FILE: file('8080') }).listen.port, 3000);
  });
});

describe('the process', () => {
  it('ends with 1 and one clear message when a setting is wrong, and without a stack', async () => {
    const cwd = join(import.meta.dirname, '..');
    const env = { ...GOOD, PATH: process.env['PATH'], PORT: 'abc' };
    const child = spawn(process.execPath, ['--import=tsx', 'src/main.ts'], { cwd, env });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => (said.stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (said.stderr += text.toString()));
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 1);
    assert.deepEqual(said, {
      stdout: '',
      stderr: 'Conclave cannot start:\nPORT is not valid. Allowed: 0-65535. (a whole number)\n',
    });
  });
});
