/** A change and its trace live and die together: where no trace can be written, nothing is changed and nobody is told. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../scripts/migrations.ts';
import { appLogin, jobsLogin } from '../../src/config.ts';
import type { ChannelId } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import type { Result } from '../support/result.ts';
import { World } from '../support/world.ts';

describe('a change and its trace', () => {
  const name = `trail_${randomBytes(6).toString('hex')}`;
  const url = new URL(process.env['DATABASE_URL'] ?? '');
  let server: pg.Client;
  let owner: pg.Client;
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async function () {
    this.timeout(240_000);
    server = new pg.Client({ connectionString: url.href });
    await server.connect();
    await server.query(`CREATE DATABASE ${name}`);
    url.pathname = name;
    const password = randomBytes(16).toString('hex');
    await migrate(url.href, password);
    owner = new pg.Client({ connectionString: url.href });
    await owner.connect();
    const login = { DATABASE_URL: url.href, DATABASE_APP_PASSWORD: password };
    const unset = { DATABASE_APP_PASSWORD_FILE: '', DATABASE_APP_URL: '', DATABASE_URL_FILE: '' };
    world = await World.create({ environment: { ...unset, ...login } });
    [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
  });
  after(async () => {
    await world.end();
    await owner.end();
    await server.query(`DROP DATABASE ${name}`);
    await server.query(`DROP ROLE ${appLogin(url.href)}, ${jobsLogin(url.href)}`);
    await server.end();
  });

  /** Every row of the log and of the trail, as one text. */
  const everything = async () => {
    const tables = ['channel', 'membership', 'message', 'audit_event'];
    const texts = tables.map(
      (table) => `SELECT '${table}' AS name, t::text AS row FROM ${table} t`,
    );
    const { rows } = await owner.query(`${texts.join(' UNION ALL ')} ORDER BY 1, 2`);
    return JSON.stringify(rows);
  };
  const traces = async () =>
    Number((await owner.query<{ n: string }>('SELECT count(*) AS n FROM audit_event')).rows[0]?.n);

  it('are both there or both not, for every operation that changes something', async () => {
    const { id: channelId } = await world.channel(alice, [bob]);
    const open = await alice.call('channel.create', { kind: 'public', name: 'Open' }).accepted();
    const post = await alice.send(channelId, 'first words', world.clientId()).accepted();
    const { userId } = await world.person('Carol');
    const message = { channelId, messageId: post.id };
    const role = 'moderator' as const;
    const changes: [string, () => Result<unknown>][] = [
      ['channel.create', () => alice.call('channel.create', { kind: 'private', name: 'New' })],
      ['member.add', () => alice.call('member.add', { channelId, userId })],
      ['member.set-role', () => alice.call('member.set-role', { channelId, userId, role })],
      ['member.remove', () => alice.call('member.remove', { channelId, userId })],
      ['member.join', () => bob.call('member.join', { channelId: open.id })],
      ['member.leave', () => bob.call('member.leave', { channelId: open.id })],
      ['message.edit', () => alice.call('message.edit', { ...message, body: 'other words' })],
      ['message.delete', () => alice.call('message.delete', message)],
    ];
    await bob.hearsMessage(({ id }) => id === post.id);
    for (const [operation, change] of changes) {
      await owner.query('REVOKE INSERT ON audit_event FROM conclave_app');
      const [before, heard] = [await everything(), bob.connection.heard.length];
      await change().refused('internal');
      assert.equal(await everything(), before, operation);
      await bob.connection.settled();
      assert.equal(bob.connection.heard.length, heard, `${operation} was told`);
      await owner.query('GRANT INSERT ON audit_event TO conclave_app');
      const count = await traces();
      await change().accepted();
      assert.equal(await traces(), count + 1, operation);
      const { rows } = await owner.query<{ n: string }>(
        `SELECT count(*) AS n FROM audit_event WHERE action = $1 AND outcome = 'ok'`,
        [operation],
      );
      assert.ok(Number(rows[0]?.n) >= 1, operation);
    }
  });

  it('do not hold up a post: its row is its own record', async () => {
    const { id } = await world.channel(alice, [bob]);
    await owner.query('REVOKE INSERT ON audit_event FROM conclave_app');
    try {
      const post = await alice.send(id, 'no trace needed', world.clientId()).accepted();
      await bob.hearsMessage((message) => message.id === post.id);
    } finally {
      await owner.query('GRANT INSERT ON audit_event TO conclave_app');
    }
  });

  it('lose a refusal that cannot be recorded from the trail, but not from the count', async () => {
    const { dropped } = world.app.audit.refusals;
    await owner.query('REVOKE INSERT ON audit_event FROM conclave_app');
    try {
      const channelId = randomUUID() as ChannelId;
      await bob.call('channel.read', { channelId }).refused('not_found');
      await world.app.audit.refusals.drained();
    } finally {
      await owner.query('GRANT INSERT ON audit_event TO conclave_app');
    }
    assert.equal(world.app.audit.refusals.dropped, dropped + 1);
    assert.ok(world.logged.some((line) => line.includes('not recorded')));
  });

  it('cannot be parted afterwards: the server may neither change a trace nor remove it', async () => {
    const { rows } = await owner.query<{ right: string }>(
      `SELECT privilege_type AS right FROM information_schema.role_table_grants
       WHERE table_name = 'audit_event' AND grantee = 'conclave_app' ORDER BY 1`,
    );
    assert.deepEqual(
      rows.map(({ right }) => right),
      ['INSERT', 'SELECT'],
    );
    const columns = await owner.query(
      `SELECT column_name FROM information_schema.column_privileges
       WHERE table_name = 'audit_event' AND privilege_type = 'UPDATE' AND grantee = 'conclave_app'`,
    );
    assert.deepEqual(columns.rows, []);
  });
});
