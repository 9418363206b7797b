/** What the doctor makes of what it finds: what no test can do to a real machine, and what production demands beyond. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeNode, judgeRoom, judgeSkew } from '../../src/operator/doctor/machine.ts';
import { judgePostgres, judgeWay, type PostgresFacts } from '../../src/operator/doctor/postgres.ts';
import { judgeProduction } from '../../src/operator/doctor/production.ts';
import { judgeRedis } from '../../src/operator/doctor/redis.ts';
import {
  judgeBusKeys,
  judgeFiles,
  judgePassword,
  judgeSigningKey,
} from '../../src/operator/doctor/secrets.ts';
import type { Finding } from '../../src/operator/doctor/finding.ts';

const GIB = 2 ** 30;
const DAY = 24 * 60 * 60 * 1_000;
const here = { isOnThisMachine: true, isPrivate: false };
const elsewhere = { isOnThisMachine: false, isPrivate: false };
const facts: PostgresFacts = {
  ...{ version: 180004, fsync: true, synchronousCommit: 'on', fullPageWrites: true },
  ...{ tls: null, unforced: [], now: 0 },
};
const verdictIn = (found: readonly Finding[], check: string) =>
  found.find((one) => one.check === check)?.verdict;

describe('the judgement of the doctor', () => {
  it('is about the room on the disk', () => {
    const verdict = (gib: number) =>
      judgeRoom('/', { freeBytes: gib * GIB, totalBytes: 100 * GIB }).verdict;
    assert.deepEqual([50, 5, 4.9, 0.5, 0.4].map(verdict), [
      'ok',
      'ok',
      'warning',
      'warning',
      'failed',
    ]);
  });

  it('is about Node, by the range of package.json', () => {
    const verdict = (version: string) => judgeNode(version, '>=20.20').verdict;
    assert.deepEqual(['20.20.0', '24.0.0', '20.19.9', '18.30.0'].map(verdict), [
      'ok',
      'ok',
      'failed',
      'failed',
    ]);
  });

  it('is about clocks, either way, and leaves out what asking took', () => {
    const verdict = (off: number) => judgeSkew('x', off, 100).verdict;
    assert.deepEqual([0, 2_049, 2_050, -2_050, 30_050, -30_050].map(verdict), [
      'ok',
      'ok',
      'warning',
      'warning',
      'failed',
      'failed',
    ]);
  });

  it('is about every switch that keeps what was committed', () => {
    for (const off of [{ fsync: false }, { synchronousCommit: 'off' }, { fullPageWrites: false }])
      for (const [production, verdict] of [
        [true, 'failed'],
        [false, 'warning'],
      ] as const) {
        const found = judgePostgres({ ...facts, ...off }, { way: here, production });
        assert.equal(verdictIn(found, 'postgres-durability'), verdict);
      }
  });

  it('is about Postgres, by what the migrations use', () => {
    const verdict = (version: number) =>
      verdictIn(
        judgePostgres({ ...facts, version }, { way: here, production: false }),
        'postgres-version',
      );
    assert.deepEqual([130020, 140018, 150000, 180004].map(verdict), [
      'failed',
      'failed',
      'ok',
      'ok',
    ]);
  });

  it('is about the way to the services', () => {
    const verdict = (...[tls, way, production]: [string | null, typeof here, boolean]) =>
      judgeWay('x', tls, way, production, 'do').verdict;
    assert.equal(verdict(null, here, true), 'ok');
    assert.equal(verdict(null, { ...elsewhere, isPrivate: true }, true), 'ok');
    assert.equal(verdict('TLSv1.3', elsewhere, true), 'ok');
    assert.equal(verdict(null, elsewhere, false), 'warning');
    assert.equal(verdict(null, elsewhere, true), 'failed');
  });

  it('is about a Redis that cannot publish as it is asked to, or says nothing of eviction', () => {
    const about = { way: here, production: false, isEncrypted: false };
    const old = { version: '6.2.0', policy: null, now: 0 };
    const found = judgeRedis(old, { ...about, pubSub: 'sharded' });
    assert.equal(verdictIn(found, 'redis-publishing'), 'failed');
    assert.equal(verdictIn(found, 'redis-eviction'), 'warning');
    const classic = judgeRedis(old, { ...about, pubSub: 'classic' });
    assert.equal(verdictIn(classic, 'redis-publishing'), 'ok');
  });

  it('is about files with secrets, those too that cannot be looked at', () => {
    const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    try {
      const loop = join(folder, 'loop');
      symlinkSync(loop, loop);
      const settings = { CONCLAVE_PEPPERS_FILE: loop };
      const [found, ...more] = judgeFiles(settings, { root: folder, dotenv: {} });
      assert.deepEqual([found?.check, found?.verdict, more], ['secret-files', 'failed', []]);
      assert.match(found?.found ?? '', /ELOOP/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is about passwords, keys of the bus and the age of the signing key', () => {
    const password = (url: string, isNeeded: boolean) => judgePassword('x', url, isNeeded).verdict;
    assert.equal(password('redis://127.0.0.1', false), 'ok');
    assert.equal(password('redis://example.org', true), 'failed');
    assert.equal(password('redis://:fifteen-letters@h', false), 'failed');
    assert.equal(password('redis://:sixteen--letters@h', true), 'ok');
    assert.equal(password('redis://:100%-sixteen-letters@h', true), 'failed');
    assert.equal(password('redis://:100%25-sixteen--letters@h', true), 'ok');
    assert.equal(judgeBusKeys(false, true).verdict, 'warning');
    assert.equal(judgeBusKeys(true, true).verdict, 'ok');
    const age = (days: number) =>
      judgeSigningKey({ ageMs: days * DAY, isPublished: true, closed: 0 }).verdict;
    assert.deepEqual([364, 365].map(age), ['ok', 'warning']);
    const closed = judgeSigningKey({ ageMs: 0, isPublished: true, closed: 1 });
    assert.equal(closed.verdict, 'failed');
  });

  const own = /^CONCLAVE_.*(KEYS|PEPPERS)(_FILE)?$/;
  const keys = Object.fromEntries(Object.entries(process.env).filter(([name]) => own.test(name)));
  const fit: Record<string, string> = {
    ...(keys as Record<string, string>),
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://chat.example.org',
    TRUSTED_PROXIES: '10.0.0.1',
    DATABASE_APP_URL: 'postgres://app:sixteen--letters@127.0.0.1/db',
    REDIS_URL: 'redis://127.0.0.1/',
    SMTP_URL: 'smtps://mail.example.org',
    MAIL_FROM: 'chat@example.org',
    ERASURE_LEDGER_FILE: '/var/lib/conclave/erasure-ledger.jsonl',
  };

  it('finds a server for production fit that is', () => {
    const found = judgeProduction(fit, []);
    assert.deepEqual(
      found.filter(({ verdict }) => verdict !== 'ok'),
      [],
    );
  });

  const demands: readonly [string, Record<string, string>, string, string][] = [
    ['NODE_ENV', { NODE_ENV: '' }, 'production', 'failed'],
    ['plain HTTP', { PUBLIC_URL: 'http://chat.example.org' }, 'production', 'failed'],
    ['cheap hashes', { BCRYPT_COST: '10' }, 'production', 'failed'],
    [
      'Postgres in the clear',
      { DATABASE_APP_URL: 'postgres://a:b@db.example.org/x' },
      'production',
      'failed',
    ],
    ['Redis in the clear', { REDIS_URL: 'redis://r.example.org' }, 'production', 'failed'],
    ['no address of its own', { PUBLIC_URL: '' }, 'public-url', 'failed'],
    ['an origin in the clear', { ALLOWED_ORIGINS: 'http://a.example.org' }, 'origins', 'failed'],
    ['no proxy and no TLS', { TRUSTED_PROXIES: '' }, 'proxies', 'failed'],
    ['no mail', { SMTP_URL: '' }, 'mail', 'failed'],
    ['mail in a folder', { SMTP_URL: '', MAIL_OUTBOX: '/var/mail' }, 'mail', 'failed'],
    ['a log of everything', { LOG_LEVEL: 'debug' }, 'log-level', 'failed'],
    ['a log without warnings', { LOG_LEVEL: 'error' }, 'log-level', 'warning'],
    [
      "the owner's login",
      { DATABASE_URL: 'postgres://o:p@127.0.0.1/db' },
      'database-login',
      'warning',
    ],
  ];
  for (const [what, changed, check, verdict] of demands)
    it(`says ${verdict} in production for ${what}`, () => {
      const found = judgeProduction({ ...fit, ...changed }, []);
      assert.ok(found.some((one) => one.check === check && one.verdict === verdict));
    });

  it('refuses embedded services in production', () => {
    const found = judgeProduction(fit, ['DATABASE_URL']);
    assert.equal(verdictIn(found, 'services'), 'failed');
  });
});
