/** The doctor finds what is wrong with a real Postgres, a real Redis and real files, and nothing where all is well. */
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose, type DiagnoseOptions, type Finding } from '../../src/operator/index.ts';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { project } from '../support/bootstrap-clone.ts';
import { HandClock } from '../support/hand-clock.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { operatorOf } from '../support/rotation-load.ts';

type Environment = Record<string, string>;

describe('conclave admin doctor', function () {
  this.timeout(240_000);
  let database: OwnDatabase;
  let redis: OwnRedis;
  let folder: string;
  let settings: Environment;
  before(async () => {
    [database, redis] = await Promise.all([ownDatabase(), OwnRedis.start()]);
    folder = mkdtempSync(join(tmpdir(), 'conclave-doctor-'));
    settings = { DATABASE_APP_URL: database.serverUrl, REDIS_URL: redis.url };
    for (const name of ['ROOT_KEYS', 'PEPPERS', 'DIGEST_KEYS', 'SIGNING_KEYS']) {
      const text = process.env[`CONCLAVE_${name}`];
      const path = join(folder, name);
      if (text) writeFileSync(path, text);
      else copyFileSync(process.env[`CONCLAVE_${name}_FILE`] ?? '', path);
      chmodSync(path, 0o600);
      settings[`CONCLAVE_${name}_FILE`] = path;
    }
  });
  after(async () => {
    await redis.end();
    await database.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function findings(
    changed: Environment = {},
    options: Partial<DiagnoseOptions> = {},
  ): Promise<Finding[]> {
    const environment = { ...settings, ...changed };
    const about = { root: project, uid: process.getuid?.() ?? null, nodeVersion: '20.20.2' };
    const found: Finding[] = [];
    for await (const one of diagnose({ environment, ...about, production: false, ...options }))
      found.push(one);
    return found;
  }
  const verdictOf = async (check: string, ...given: Parameters<typeof findings>) =>
    (await findings(...given)).find((one) => one.check === check)?.verdict;

  it('finds nothing wrong where nothing is, and says of each thing that it looked', async () => {
    const found = await findings();
    assert.deepEqual(
      found.filter(({ verdict }) => verdict === 'failed'),
      [],
    );
    const checks = new Set(found.map(({ check }) => check));
    for (const check of [
      ...['node', 'disk', 'secret-files', 'settings', 'bus-keys', 'signing-key', 'migrations'],
      ...['postgres', 'postgres-password', 'postgres-version', 'postgres-durability'],
      ...['postgres-isolation', 'postgres-tls', 'postgres-clock', 'postgres-login'],
      ...[
        'redis',
        'redis-password',
        'redis-publishing',
        'redis-eviction',
        'redis-tls',
        'redis-clock',
      ],
    ])
      assert.ok(checks.has(check), check);
    const said = JSON.stringify(found);
    const secrets = [database.serverUrl, redis.url].map((url) => new URL(url).password);
    for (const secret of secrets) assert.ok(!said.includes(secret), 'no secret is shown');
  });

  it('fails for settings that are missing, wrong or open to others', async () => {
    const none = { DATABASE_APP_URL: '', CONCLAVE_STATE_DIR: join(folder, 'nowhere') };
    const [last] = (await findings(none)).slice(-1);
    assert.deepEqual([last?.check, last?.verdict], ['settings', 'failed']);
    const wrong = (await findings({ PORT: 'x', LOG_LEVEL: 'loud' })).filter(
      ({ check, verdict }) => check === 'settings' && verdict === 'failed',
    );
    assert.equal(wrong.length, 2);
    const cheap = await findings({ NODE_ENV: 'production', BCRYPT_COST: '10' });
    assert.ok(cheap.some(({ check, verdict }) => check === 'settings' && verdict === 'failed'));
    assert.ok(
      cheap.some(({ check }) => check === 'redis'),
      'the rest is looked at all the same',
    );
    chmodSync(join(folder, 'PEPPERS'), 0o640);
    assert.equal(await verdictOf('secret-files'), 'failed');
    chmodSync(join(folder, 'PEPPERS'), 0o600);
    const short = new URL(redis.url);
    short.password = 'short';
    assert.equal(await verdictOf('redis-password', { REDIS_URL: short.href }), 'failed');
    const stray = (url: string) => url.replace(/:[^:@/]*@/, ':100%-of-it-is-secret@');
    const badRedis = { REDIS_URL: stray(redis.url) };
    assert.equal(await verdictOf('redis-password', badRedis), 'failed');
    const badPostgres = { DATABASE_APP_URL: stray(database.serverUrl) };
    assert.equal(await verdictOf('postgres-password', badPostgres), 'failed');
  });

  it('fails for a .env with secrets that others can read, and for what npm start left open', async () => {
    const root = mkdtempSync(join(folder, 'root-'));
    writeFileSync(join(root, 'package.json'), '{"engines":{"node":">=20.20"}}');
    mkdirSync(join(root, 'prisma', 'migrations'), { recursive: true });
    const { DATABASE_APP_URL: url, ...others } = settings;
    writeFileSync(join(root, '.env'), `DATABASE_APP_URL=${url}\n`, { mode: 0o644 });
    const environment = { ...others };
    assert.equal(await verdictOf('secret-files', {}, { root, environment }), 'failed');
    chmodSync(join(root, '.env'), 0o600);
    assert.equal(await verdictOf('secret-files', {}, { root, environment }), 'ok');
    rmSync(join(root, '.env'));
    mkdirSync(join(root, 'var', 'run'), { recursive: true });
    writeFileSync(join(root, 'var', 'run', 'house.json'), '{}', { mode: 0o644 });
    assert.equal(await verdictOf('settings', {}, { root, environment }), 'failed');
  });

  it('fails for a Node that is too old, and for clocks that are apart', async () => {
    assert.equal(await verdictOf('node', {}, { nodeVersion: '20.9.0' }), 'failed');
    assert.equal(await verdictOf('node', {}, { nodeVersion: '18.99.0' }), 'failed');
    const clock = new HandClock();
    clock.set(60_000);
    const found = await findings({}, { clock });
    for (const check of ['postgres-clock', 'redis-clock'])
      assert.equal(found.find((one) => one.check === check)?.verdict, 'failed', check);
  });

  it('fails for a Postgres that is away, or that the login lifts itself above', async () => {
    const away = { DATABASE_APP_URL: 'postgres://x:y@127.0.0.1:1/z' };
    const found = await findings(away);
    assert.equal(found.find(({ check }) => check === 'postgres')?.verdict, 'failed');
    assert.ok(
      found.some(({ check }) => check === 'redis'),
      'the rest is looked at all the same',
    );
    assert.equal(
      await verdictOf('postgres-login', { DATABASE_APP_URL: database.ownerUrl }),
      'failed',
    );
  });

  it('fails for a table whose isolation was taken off', async () => {
    for (const [off, on] of [
      ['NO FORCE', 'FORCE'],
      ['DISABLE', 'ENABLE'],
    ] as const) {
      await database.owner.query(`ALTER TABLE message ${off} ROW LEVEL SECURITY`);
      const finding = (await findings()).find(({ check }) => check === 'postgres-isolation');
      await database.owner.query(`ALTER TABLE message ${on} ROW LEVEL SECURITY`);
      assert.equal(finding?.verdict, 'failed');
      assert.match(finding.found, / message$/);
    }
  });

  it('fails for commits that are not durable where it is production, and warns elsewhere', async () => {
    const name = new URL(database.serverUrl).pathname.slice(1);
    await database.owner.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
    const found = (await findings()).find(({ check }) => check === 'postgres-durability');
    const strict = await verdictOf('postgres-durability', {}, { production: true });
    await database.owner.query(`ALTER DATABASE ${name} RESET synchronous_commit`);
    assert.equal(found?.verdict, 'warning');
    assert.match(found.found, /synchronous_commit/);
    assert.equal(strict, 'failed');
  });

  it('fails for migrations that are missing or not to be seen, and warns of a newer database', async () => {
    const { rows } = await database.owner.query<{ id: string; migration_name: string }>(
      'SELECT id, migration_name FROM _prisma_migrations ORDER BY 2 DESC LIMIT 1',
    );
    const rename = (name: string | undefined) =>
      database.owner.query('UPDATE _prisma_migrations SET migration_name = $2 WHERE id = $1', [
        rows[0]?.id,
        name,
      ]);
    await rename('29990101000000_later');
    assert.equal(await verdictOf('migrations'), 'failed');
    await rename(rows[0]?.migration_name);
    await database.owner.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ('later', 'x', '29990101000000_later', now(), 1)`,
    );
    assert.equal(await verdictOf('migrations'), 'warning');
    await database.owner.query(`DELETE FROM _prisma_migrations WHERE id = 'later'`);
    await database.owner.query(
      'REVOKE SELECT (finished_at) ON _prisma_migrations FROM conclave_app',
    );
    assert.equal(await verdictOf('migrations'), 'failed');
    await database.owner.query('GRANT SELECT (finished_at) ON _prisma_migrations TO conclave_app');
    assert.equal(await verdictOf('migrations'), 'ok');
  });

  it('fails for a Redis that forgets what limits counted, and only warns of one that is away', async () => {
    await redis.admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    assert.equal(await verdictOf('redis-eviction'), 'failed');
    for (const policy of ['volatile-lru', 'noeviction']) {
      await redis.admin.config('SET', 'maxmemory-policy', policy);
      assert.equal(await verdictOf('redis-eviction'), 'ok');
    }
    assert.equal(await verdictOf('redis', { REDIS_URL: 'redis://127.0.0.1:1/' }), 'warning');
  });

  it('fails for signing keys of other root keys, and warns of one that is old', async () => {
    const operator = await operatorOf({ ...process.env, ...settings });
    await operator.rotateSigningKeys({ atOnce: false });
    await operator.close();
    assert.equal(await verdictOf('signing-key'), 'ok');
    const path = join(folder, 'other');
    const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)).toString('base64');
    writeFileSync(path, JSON.stringify({ current: '1', keys: { 1: key } }), { mode: 0o600 });
    assert.equal(await verdictOf('signing-key', { CONCLAVE_ROOT_KEYS_FILE: path }), 'failed');
  });
});
