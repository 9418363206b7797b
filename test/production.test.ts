/** A server as it runs in production: encrypted on every side, and not at all where it would not be. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { once } from 'node:events';
import { io } from 'socket.io-client';
import { migrate } from '../scripts/migrations.ts';
import { eventually, project } from './support/bootstrap-clone.ts';
import { authority, certificateFor, type Identity } from './support/certificates.ts';
import { NodeProcess, onDatabase } from './support/node-process.ts';
import { OwnPostgres } from './support/own-postgres.ts';
import { OwnRedis } from './support/own-redis.ts';
import { TlsDoor } from './support/tls-door.ts';
import { key, ring } from './setting-values.ts';

type Environment = Record<string, string>;

describe('a server in production', function () {
  this.timeout(240_000);
  const endings: (() => unknown)[] = [];
  let folder: string;
  let ca: Identity;
  let stranger: Identity;
  let doors: { readonly postgres: TlsDoor; readonly redis: TlsDoor };
  let plainUrl: string;
  let environment: Environment;

  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'conclave-production-'));
    endings.push(() => rmSync(folder, { recursive: true, force: true }));
    [ca, stranger] = [await authority('Ours'), await authority('Somebody else')];
    const postgres = await OwnPostgres.start();
    endings.push(() => postgres.end());
    plainUrl = postgres.url;
    const redis = await OwnRedis.start();
    endings.push(() => redis.end());
    const password = randomBytes(24).toString('hex');
    const services = await certificateFor('127.0.0.1', ca);
    doors = {
      postgres: await TlsDoor.before(postgres.url, services),
      redis: await TlsDoor.before(redis.url, services),
    };
    for (const door of Object.values(doors)) endings.push(() => door.end());
    const postgresThrough = Object.assign(new URL(postgres.url), {
      port: String(doors.postgres.port),
    });
    await assert.rejects(migrate(postgresThrough.href, password, { ca: stranger.cert }));
    await migrate(postgresThrough.href, password, { ca: ca.cert });
    const own = await certificateFor('localhost', ca);
    const through = (url: string, door: TlsDoor) =>
      Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(door.port) }).href;
    environment = {
      NODE_ENV: 'production',
      BCRYPT_COST: '12',
      CONCLAVE_ROOT_KEYS: ring({ 1: key() }), // those of the run may be in a file that is open to others
      CONCLAVE_ROOT_KEYS_FILE: '',
      ERASURE_LEDGER_FILE: join(folder, 'erasure-ledger.jsonl'),
      PUBLIC_URL: 'https://localhost',
      TLS_CERT_FILE: file('cert.pem', own.cert),
      TLS_KEY_FILE: file('key.pem', own.key),
      ...onDatabase(through(postgres.url, doors.postgres), password),
      DATABASE_TLS: 'verify',
      DATABASE_CA_FILE: file('ca.pem', ca.cert),
      REDIS_URL: through(redis.url, doors.redis).replace(/^redis:/, 'rediss:'),
      REDIS_CA_FILE: file('ca.pem', ca.cert),
    };
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  async function started(changes: Environment = {}): Promise<NodeProcess> {
    const node = await NodeProcess.start({ ...environment, ...changes });
    endings.push(() => node.stop());
    return node;
  }

  interface Answer {
    readonly status: number;
    readonly body: Record<string, unknown>;
    readonly serial: string;
  }

  /** Over TLS that is checked. */
  function ask(node: NodeProcess, path: string, options: object = {}): Promise<Answer> {
    const port = new URL(node.url).port;
    return new Promise((resolve, reject) => {
      const agent = new Agent({ ca: ca.cert, keepAlive: false });
      const url = `https://localhost:${port}${path}`;
      get(url, { agent, ...options }, (response) => {
        const { serialNumber } = (
          response.socket as unknown as { getPeerCertificate(): { serialNumber: string } }
        ).getPeerCertificate();
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: JSON.parse(text) as Record<string, unknown>,
            serial: serialNumber,
          }),
        );
      }).on('error', reject);
    });
  }

  it('is reached over TLS, reaches Postgres and Redis over TLS, and sockets as well', async () => {
    const node = await started();
    assert.match(node.url, /^https:/);
    await eventually('both services are up', async () => {
      const { body } = await ask(node, '/readyz');
      return JSON.stringify(body).includes('"postgres":"up","redis":"up"');
    });
    assert.ok(doors.postgres.agreed > 0 && doors.redis.agreed > 0);
    const { status, body } = await ask(node, '/v1/me');
    assert.deepEqual([status, body['code']], [401, 'unauthenticated']);
    const socket = io(node.url.replace('127.0.0.1', 'localhost'), {
      transports: ['websocket'],
      reconnection: false,
      auth: { token: 'nobody' },
      ca: ca.cert,
    });
    const refused = await new Promise<Error>((heard) => socket.once('connect_error', heard));
    assert.equal(refused.message, 'unauthenticated', 'it came as far as the handshake');
    socket.close();
  });

  it('takes neither an old TLS nor none', async () => {
    const node = await started();
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' };
    await assert.rejects(ask(node, '/healthz', old), /alert|protocol|EPROTO|socket|version/i);
    const plain = connect(Number(new URL(node.url).port), '127.0.0.1');
    plain.on('error', () => undefined);
    let heard = '';
    plain.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
    plain.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(plain, 'close');
    assert.doesNotMatch(heard, /HTTP\/1\.1 200|status/);
    assert.equal((await ask(node, '/healthz')).status, 200, 'and goes on for the others');
  });

  it('shows a renewed certificate to those who come after SIGHUP, and survives a bad one', async () => {
    const first = await certificateFor('localhost', ca);
    const paths = {
      TLS_CERT_FILE: file('renewed-cert.pem', first.cert),
      TLS_KEY_FILE: file('renewed-key.pem', first.key),
    };
    const node = await started(paths);
    const before = (await ask(node, '/healthz')).serial;
    const second = await certificateFor('localhost', ca);
    file('renewed-cert.pem', second.cert);
    process.kill(node.pid, 'SIGHUP'); // the key is still that of the first
    await eventually('it says that it was not renewed', () => {
      return node.logged(({ message }) => message === 'certificate not renewed').length === 1;
    });
    assert.equal((await ask(node, '/healthz')).serial, before);
    file('renewed-key.pem', second.key);
    process.kill(node.pid, 'SIGHUP');
    await eventually('the new certificate is shown', async () => {
      return (await ask(node, '/healthz')).serial !== before;
    });
  });

  it('does not start on a Postgres that another authority vouches for, or that has another name', async () => {
    const agreed = doors.postgres.agreed;
    const other = { DATABASE_CA_FILE: file('other.pem', stranger.cert) };
    await assert.rejects(started(other), /start failed/);
    const url = environment['DATABASE_URL']?.replace('127.0.0.1', 'localhost') ?? '';
    await assert.rejects(started({ DATABASE_URL: url }), /start failed/);
    // A server that came up would agree several times; the one that runs beside may open one more for itself.
    assert.ok(doors.postgres.agreed - agreed <= 1, 'not a password was sent');
  });

  it('does not start on a Postgres without TLS, nor without being told to speak it', async () => {
    await assert.rejects(started({ DATABASE_URL: plainUrl }), /start failed/);
    const remote = plainUrl.replace('127.0.0.1', 'db.example');
    const untold = { DATABASE_URL: remote, DATABASE_TLS: 'off', DATABASE_CA_FILE: '' };
    await assert.rejects(started(untold), /ended with 1/);
  });

  it('is not migrated across a network without TLS: its password would be on it', () => {
    const remote = { DATABASE_URL: 'postgres://owner:x@db.example/chat', DATABASE_TLS: '' };
    const { status, stderr } = spawnSync(process.execPath, ['--import=tsx', 'scripts/migrate.ts'], {
      cwd: project,
      env: { ...process.env, ...environment, ...remote },
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /^DATABASE_TLS must be verify in production/);
  });

  it('tells a Redis nothing that another authority vouches for', async () => {
    const node = await started({ REDIS_CA_FILE: file('other.pem', stranger.cert) });
    const { body } = await ask(node, '/readyz');
    assert.match(JSON.stringify(body), /"postgres":"up","redis":"away"/);
    assert.equal(body['status'], 'ready', 'Redis is a shortcut');
  });
});
