/** conclave doctor --verify finds nothing in what a server wrote, and each thing that somebody broke, by its place. */
import assert from 'node:assert/strict';
import type pg from 'pg';
import { readConfig } from '../../../src/config.ts';
import type { Channel } from '../../../src/contract/index.ts';
import { keyring } from '../../../src/crypto/index.ts';
import { Secret } from '../../../src/kernel/index.ts';
import type { Finding } from '../../../src/operator/index.ts';
import {
  INVARIANTS,
  NO_RELATIONS,
  RELATIONS,
  verifyRows,
} from '../../../src/operator/invariants/index.ts';
import { OwnerPostgres } from '../../../src/platform/owner-postgres.ts';
import { systemClock, systemEntropy } from '../../../src/platform/system.ts';
import { connected } from '../../architecture/own-database.ts';
import type { Person } from '../../support/person.ts';
import { all, refusal, Restorable } from '../../support/restorable.ts';
import { World } from '../../support/world.ts';
import { DAMAGES, losing, ONE_MORE } from './damages.ts';

describe('conclave doctor --verify', function () {
  this.timeout(240_000);
  let database: Restorable;
  let world: World;
  let owner: pg.Client;
  let room: Channel;
  let ada: Person;

  before(async () => {
    database = await Restorable.create({ migrated: true });
    world = await World.create({ environment: database.environment });
    ada = await world.person('Ada', { role: 'admin' });
    const bob = await world.person('Bob');
    room = await world.channel(ada, [bob]);
    const posts = [];
    for (const body of ['one', 'two', 'three', 'four'])
      posts.push(await bob.send(room.id, body, world.clientId()).accepted());
    const [one, two, , four] = posts;
    assert.ok(one && two && four);
    const at = (messageId: typeof one.id) => ({ channelId: room.id, messageId });
    await bob.call('message.edit', { ...at(one.id), body: 'one!' }).accepted();
    await ada.call('message.react', { ...at(two.id), emoji: '🔑' }).accepted();
    await ada.call('message.pin', at(two.id)).accepted();
    const reply = {
      channelId: room.id,
      clientId: world.clientId(),
      body: 'a reply',
      replyTo: two.id,
    };
    await ada.call('message.send', reply).accepted();
    await bob.call('message.delete', at(four.id)).accepted();
    const topic = { channelId: room.id, topic: 'Keys' };
    await ada.call('channel.update', topic).accepted();
    await ada.call('report.create', { ...at(one.id), category: 'spam' }).accepted();
    await world.channel(ada);
    owner = await connected(database.url);
    await owner.query('SET session_replication_role = replica; CREATE SCHEMA saved');
  });
  after(async () => {
    await owner.end();
    await world.end();
    await database.remove();
  });
  const found = () => {
    const environment = { ...process.env, ...database.environment, ERASURE_LEDGER_FILE: '' };
    return all<Finding>(database.keeper({ environment }).verify());
  };

  it('finds nothing wrong in what a server wrote, and says of each thing that it holds', async () => {
    const findings = await found();
    assert.deepEqual(
      findings.filter(({ verdict }) => verdict !== 'ok'),
      [],
    );
    assert.deepEqual(
      findings.map(({ check }) => check),
      [...INVARIANTS.map(({ check }) => check), 'keys open'],
    );
  });

  for (const [check, table, damage, place = /[0-9a-f]{8}-/] of DAMAGES)
    it(`names ${check} after ${damage.split('\n')[0] ?? ''}`, async () => {
      const finding = await after_(table, damage, check);
      assert.equal(finding?.verdict, 'failed');
      assert.match(finding.found, place);
    });

  for (const { child, column } of RELATIONS)
    it(`names a row of ${child} whose ${column} leads nowhere`, async () => {
      const check = `orphans ${child}.${column}`;
      const lost = losing(child, column);
      const finding = await after_(child, `${ONE_MORE[child] ?? ''}${lost}`, check);
      assert.equal(finding?.verdict, 'failed');
      assert.match(finding.found, /000000000bad/);
    });

  it('names a job that was given up', async () => {
    await owner.query(
      `SELECT graphile_worker.add_job('moderation.flag', '{}', max_attempts := 1, run_at := now() + interval '1 day');
       UPDATE graphile_worker._private_jobs SET attempts = 1`,
    );
    const finding = (await found()).find(({ check }) => check === 'jobs');
    await owner.query('DELETE FROM graphile_worker._private_jobs');
    assert.match(finding?.found ?? '', /moderation\.flag\) failed 1 times/);
  });

  it('was broken here for each of its checks', () => {
    const orphans = RELATIONS.map(({ child, column }) => `orphans ${child}.${column}`);
    const broken = new Set([...DAMAGES.map(([check]) => check), ...orphans, 'jobs']);
    const unbroken = INVARIANTS.filter(({ check }) => !broken.has(check));
    assert.deepEqual(unbroken, []);
  });

  it('gives a check up that takes too long, and goes on to the next', async () => {
    const { keys } = readConfig({ ...process.env, ...database.environment });
    const clock = systemClock;
    const parts = {
      ring: keyring(keys.root),
      clock,
      entropy: systemEntropy(clock),
      patienceMs: 300,
    };
    const postgres = await OwnerPostgres.open({
      url: new Secret(database.url),
      tls: null,
      name: 'x',
    });
    await owner.query('BEGIN; LOCK TABLE channel_override');
    try {
      const findings = await all<Finding>(verifyRows({ postgres, ...parts }));
      const late = findings.filter(({ verdict }) => verdict === 'warning');
      assert.deepEqual(
        late.map(({ check }) => check),
        ['overrides-known'],
      );
    } finally {
      await owner.query('ROLLBACK');
      await postgres.close();
    }
  });

  it('knows of every column that names another row, by a foreign key or by itself', async () => {
    const { rows } = await owner.query<{ column: string }>(
      `SELECT c.relname || '.' || a.attname AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
          AND a.atttypid = 'uuid'::regtype AND a.attname NOT IN ('workspace_id', 'id') AND NOT EXISTS (
            SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid AND a.attnum = ANY (f.conkey))`,
    );
    const known = new Set([
      ...RELATIONS.map(({ child, column }) => `${child}.${column}`),
      ...NO_RELATIONS.keys(),
    ]);
    assert.deepEqual(
      rows.map(({ column }) => column).filter((column) => !known.has(column)),
      [],
    );
  });

  it('is refused with a login that row level security binds', async () => {
    const environment = { ...process.env, ...database.environment };
    const url = new URL(database.url);
    url.username = `conclave_app_${database.name}`;
    url.password = database.environment['DATABASE_APP_PASSWORD'] ?? '';
    const bound = database.keeper({ environment: { ...environment, DATABASE_URL: url.href } });
    assert.equal(await refusal(bound.verify()), 'bound_login');
  });

  /** What is found while it is so; afterwards the table is as it was. */
  async function after_(
    table: string,
    damage: string,
    check: string,
  ): Promise<Finding | undefined> {
    await owner.query(`CREATE TABLE saved.rows AS TABLE ${table}`);
    try {
      await owner.query(damage);
      return (await found()).find((finding) => finding.check === check);
    } finally {
      await owner.query(
        `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM saved.rows; DROP TABLE saved.rows`,
      );
    }
  }
});
