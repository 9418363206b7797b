/** What people write and who they are is readable nowhere at rest: not in a table, in Redis, in the log or in a file. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { readConfig } from '../../src/config.ts';
import { Connection } from '../support/connection.ts';
import { World } from '../support/world.ts';
import { betrays, inFiles, inRedis, inTables } from './canary.ts';

const MARK = randomBytes(8).toString('hex');
/** One of a kind each, so that a leak says what leaked. */
const canary = (what: string) => `canary-${what}-${MARK}`;
const WHATS = ['body', 'edit', 'reply', 'channel', 'name', 'device', 'agent', 'reason'] as const;
const EMAIL = `${canary('mail')}@example.org`;
/** Not made like the others: a password must not hold one's own name. */
const PASSWORD = `Gk8!${randomBytes(12).toString('hex')}`;
const CANARIES = [...[...WHATS, 'mail', 'stray', 'event', 'path'].map(canary), PASSWORD];
/** Put where it must not be, to see that it is found. What is rolled back stays in the files of Postgres. */
const PLANTED = canary('planted');
const ALL = [...CANARIES, PLANTED];

describe('a canary', function () {
  this.timeout(240_000); // every row of the database is looked at, those of the other tests too

  let world: World;
  let redis: Redis;
  let client: pg.PoolClient;
  const commands: string[] = [];
  const since = new Date();

  before(async () => {
    world = await World.create({ environment: { LOG_LEVEL: 'debug' } });
    redis = new Redis(readConfig(process.env).redis.url.reveal());
    client = await world.database.connect();
    await client.query(`SELECT set_config('app.workspace', $1, false)`, [world.workspaceId]);
    const monitor = await redis.monitor();
    monitor.on('monitor', (_time: string, words: string[]) => commands.push(words.join(' ')));
    await sing();
    await redis.ping();
    monitor.disconnect();
  });
  after(async () => {
    client.release();
    redis.disconnect();
    await world.end();
  });

  async function post(path: string, body: object, token?: string): Promise<unknown> {
    const headers = {
      'content-type': 'application/json',
      'user-agent': canary('agent'),
      'x-request-id': canary('stray'),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${world.url}${path}`, init)).json();
  }

  /** Everything that a person can tell a server, rightly and wrongly. */
  async function sing(): Promise<void> {
    const who = { workspace: world.slug, email: EMAIL, password: PASSWORD };
    const application = { ...who, displayName: canary('name') };
    assert.deepEqual(await post('/v1/accounts', application), { accepted: true });
    await post('/v1/sessions', { ...who, password: `${PASSWORD}?` });
    await post('/v1/sessions', { ...who, email: `${canary('stray')}@example.org` });
    await post('/v1/sessions', { ...who, [canary('stray')]: canary('stray') });
    await post(`/v1/${canary('path')}?token=${canary('path')}`, { x: canary('stray') });
    const grant = await post('/v1/sessions', { ...who, device: canary('device') });
    const { accessToken } = grant as { accessToken: string };
    const extraHeaders = { 'user-agent': canary('agent') };
    const line = await Connection.open(world.url, { token: accessToken }, { extraHeaders });
    const other = await world.person(canary('name'));
    const name = canary('channel');
    const channel = await line.call('channel.create', { kind: 'private', name }).accepted();
    const channelId = channel.id;
    await line.call('member.add', { channelId, userId: other.userId }).accepted();
    await other.call('channel.subscribe', { channelId }).accepted();
    const send = (body: string, more = {}) =>
      line.call('message.send', { channelId, clientId: world.clientId(), body, ...more });
    const first = await send(canary('body')).accepted();
    const second = await send(canary('reply'), { replyTo: first.id }).accepted();
    await other.hearsMessage(({ body }) => body === canary('reply'));
    const edited = { channelId, messageId: second.id, body: canary('edit') };
    await line.call('message.edit', edited).accepted();
    await other.hearsMessage(({ body }) => body === canary('edit'));
    const reason = canary('reason');
    await line.call('message.delete', { channelId, messageId: first.id, reason }).accepted();
    const found = await other.call('user.find', { email: EMAIL.toUpperCase() }).accepted();
    assert.equal(found.displayName, canary('name'));
    await other.call('user.find', { email: `${canary('stray')}@example.org` }).refused('not_found');
    await other.http('POST', '/v1/users/find', { email: canary('stray') }).refused('invalid_input');
    await line.raw(canary('event'), { [canary('stray')]: canary('stray') });
    await line.raw('message.send', { channelId, [canary('stray')]: canary('stray') });
    await other.call('message.delete', { channelId, messageId: second.id, reason });
    await line.call('member.remove', { channelId, userId: other.userId, reason }).accepted();
    await assert.rejects(Connection.open(world.url, { token: canary('stray') }));
    await world.app.audit.refusals.drained();
    line.close();
  }

  it('was heard: its rows are there', async () => {
    const count = async (table: string, where = 'true') => {
      const text = `SELECT count(*)::int AS n FROM ${table} WHERE workspace_id = $1 AND ${where}`;
      const { rows } = await client.query<{ n: number }>(text, [world.workspaceId]);
      return rows[0]?.n;
    };
    assert.equal(await count('account'), 2);
    assert.equal(await count('message', 'body_sealed IS NOT NULL'), 1);
    assert.equal(await count('session', 'device_sealed IS NOT NULL'), 1);
    const sealed = Number(await count('audit_event', 'personal_sealed IS NOT NULL'));
    assert.ok(sealed >= 5, `${sealed} events with something personal`);
  });

  it('is in no column of any table', async () => {
    assert.deepEqual(await inTables(client, CANARIES), []);
  });

  it('would be found in a table, as text and as bytes', async () => {
    const plants: readonly [string, string][] = [
      ['public.workspace', 'UPDATE workspace SET name = $2 WHERE workspace_id = $1'],
      [
        'public.message',
        `UPDATE message SET body_sealed = convert_to('..' || $2, 'UTF8') WHERE workspace_id = $1 AND deleted_at IS NULL`,
      ],
      [
        'public.audit_event',
        `UPDATE audit_event SET details = jsonb_build_object('x', $2::text) WHERE workspace_id = $1 AND action = 'message.delete' AND outcome = 'ok'`,
      ],
    ];
    for (const [table, plant] of plants) {
      await client.query('BEGIN');
      await client.query(plant, [world.workspaceId, PLANTED]);
      const found = await inTables(client, ALL);
      await client.query('ROLLBACK');
      assert.deepEqual(found, [table]);
    }
  });

  it('is in no key, no value and no command of Redis, where it would be found', async () => {
    assert.ok(commands.includes('ping'), 'the commands were heard');
    assert.deepEqual(
      commands.filter((command) => betrays(command, CANARIES)),
      [],
    );
    assert.deepEqual(await inRedis(redis, CANARIES), []);
    const key = `conclave-test-${MARK}`;
    await redis.set(key, Buffer.from(PLANTED).toString('base64'), 'EX', 60);
    assert.deepEqual(await inRedis(redis, ALL), [key]);
    await redis.del(key);
  });

  it('is in no line of the log, where it would be found', () => {
    assert.ok(world.logged.some((line) => line.includes('"operation":"message.delete"')));
    const found = (lines: readonly string[]) => lines.filter((line) => betrays(line, ALL));
    assert.deepEqual(found(world.logged), []);
    const line = JSON.stringify({ message: `a line with ${PLANTED} in it` });
    assert.deepEqual(found([...world.logged, line]), [line]);
  });

  it('is in no file that Postgres writes, where it would be found, the log of changes among them', async function () {
    const folder = await readableData();
    if (folder === null) this.skip();
    const table = `planted_${MARK}`;
    await client.query(`CREATE TABLE ${table} AS SELECT $1::text AS planted`, [PLANTED]);
    await client.query('CHECKPOINT');
    const folders = ['base', 'pg_wal'].map((name) => join(folder, name));
    for (const one of folders) {
      const { found, searched } = inFiles([one], since, [PLANTED]);
      assert.ok(found.length > 0, `nothing in ${searched} files of ${one}`);
    }
    await client.query(`DROP TABLE ${table}`);
    assert.deepEqual(inFiles(folders, since, CANARIES).found, []);
  });

  /** The folder of the data, where this process may read it and may make Postgres write everything down. */
  async function readableData(): Promise<string | null> {
    try {
      const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
      const folder =
        process.env['CONCLAVE_TEST_POSTGRES_DATA'] ?? rows[0]?.data_directory ?? '/nowhere';
      await client.query('CHECKPOINT');
      accessSync(join(folder, 'pg_wal'), constants.R_OK | constants.X_OK);
      return folder;
    } catch {
      return null;
    }
  }
});
