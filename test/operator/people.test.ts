/** The operator sees and shuts accounts straight in the database, under the rules of the operations, and nodes act on it. */
import assert from 'node:assert/strict';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { Resident } from '../auth/residents.ts';
import type { Operator } from '../../src/operator/index.ts';
import { REVOKED_TOKENS } from '../../src/contract/index.ts';
import { maskedEmail } from '../../src/auth/email.ts';
import { operatorOf } from '../support/rotation-load.ts';
import { startNode, type Node } from '../support/two-nodes.ts';
import { World } from '../support/world.ts';

describe("the operator's hold on accounts", function () {
  this.timeout(240_000);
  let database: OwnDatabase;
  let world: World;
  let node: Node;
  let operator: Operator;
  before(async () => {
    database = await ownDatabase();
    const environment = { DATABASE_APP_URL: database.serverUrl };
    world = await World.create({ environment });
    node = await startNode(environment);
    operator = await operatorOf({ ...process.env, ...environment });
  });
  after(async () => {
    await operator.close();
    await node.app.stop();
    await world.end();
    await database.remove();
  });

  const recorded = async (action: string) =>
    (
      await database.owner.query<Record<string, unknown>>(
        `SELECT workspace_id, actor_id, subject_id, transport, details, personal_sealed IS NOT NULL AS sealed,
           e::text AS whole
         FROM audit_event e WHERE action = $1 AND workspace_id = $2 ORDER BY at, id`,
        [action, world.workspaceId],
      )
    ).rows;
  const all = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const row of rows) found.push(row);
    return found;
  };

  it('ends the live connections of whom it locks, on every node, and nobody signs in until unlocked', async () => {
    await world.person('Admin', { role: 'admin' });
    const eve = await Resident.create(world, 'Eve');
    const [one, two] = [await eve.arrives(), await eve.arrives({ url: node.url })];
    const lines = [await one.connect(), await two.connectTo(node.url)];
    const bob = await world.person('Bob');
    const locked = await operator.lock({ user: eve.email.toUpperCase() }, 'sends spam');
    assert.deepEqual(locked, { userId: one.userId, revoked: 2 });
    for (const line of lines) {
      const closing = await line.hears('connection.closing');
      assert.deepEqual(closing, { code: 'session_ended', next: 'sign-in' });
    }
    await one.http('GET', '/v1/me').refused('unauthenticated');
    await eve.tries().refused('invalid_credentials');
    await bob.connection.settled();
    const [entry] = await recorded('user.lock');
    assert.deepEqual(
      [entry?.['actor_id'], entry?.['subject_id'], entry?.['transport'], entry?.['details']],
      [null, one.userId, 'command', { before: 'active', revoked: 2 }],
    );
    assert.equal(entry?.['sealed'], true);
    assert.doesNotMatch(String(entry['whole']), /spam/);
    assert.deepEqual(await operator.unlock({ user: one.userId }), {
      userId: one.userId,
      before: 'locked',
    });
    await eve.tries().accepted();
    assert.equal((await recorded('user.unlock')).length, 1);
    for (const person of [one, two]) person.leave();
  });

  it('voids one token, which ends its connections on every node, and leaves the session', async () => {
    const eve = await Resident.create(world, 'Eve');
    const [one, other] = [await eve.arrives(), await eve.arrives()];
    const lines = [await one.connect(), await one.connectTo(node.url)];
    await other.connect();
    const { userId, sessionId, jti } = one;
    const token = { sessionId, jti };
    assert.deepEqual(await operator.revokeToken({ user: eve.email }, token), { userId });
    for (const line of lines) {
      const closing = await line.hears('connection.closing');
      assert.deepEqual(closing, { code: 'token_revoked', next: 'refresh' });
    }
    await one.http('GET', '/v1/me').refused('token_revoked');
    const renewal = { refreshToken: one.refreshToken, nonce: 'a-nonce-of-this-try' };
    await one.http('POST', '/v1/sessions/refresh', renewal).accepted();
    await other.connection.settled();
    const [entry] = await recorded('session.revoke-token');
    assert.deepEqual(
      [entry?.['subject_id'], entry?.['transport'], entry?.['details']],
      [userId, 'command', { session: sessionId, jti }],
    );
    const bob = await world.person('Bob');
    for (const [user, wrong] of [
      [userId, { sessionId: bob.sessionId, jti }],
      [userId, { sessionId, jti: 'x' }],
      [bob.userId, token],
    ] as const)
      await assert.rejects(operator.revokeToken({ user }, wrong), /^Error: not_found/);
    await database.owner.query(
      `INSERT INTO revoked_token SELECT workspace_id, id, gen_random_uuid(), now() + interval '1 hour'
       FROM session, generate_series(1, $2) WHERE id = $1`,
      [bob.sessionId, REVOKED_TOKENS],
    );
    const full = { sessionId: bob.sessionId, jti: bob.jti };
    await assert.rejects(operator.revokeToken({ user: bob.userId }, full), /too_many_revoked_tok/);
    for (const person of [one, other]) person.leave();
  });

  it('never locks the last active admin, and says so', async () => {
    const workspaceId = await world.anotherWorkspace();
    const { rows } = await database.owner.query<{ slug: string }>(
      'SELECT slug FROM workspace WHERE workspace_id = $1',
      [workspaceId],
    );
    const workspace = rows[0]?.slug;
    const only = await world.person('Only', { role: 'admin', workspaceId });
    await assert.rejects(
      operator.lock({ workspace, user: only.userId }, 'a try'),
      /^Error: last_admin: .*conclave admin invite/,
    );
    await only.connection.settled();
    const other = await world.person('Other', { role: 'admin', workspaceId });
    await operator.lock({ workspace, user: only.userId }, 'a try');
    await assert.rejects(operator.lock({ workspace, user: other.userId }, 'a try'), /last_admin/);
    await assert.rejects(operator.lock({ user: other.userId }, 'a try'), /workspace_needed/);
    // In another workspace the account does not exist.
    const elsewhere = { workspace: world.slug, user: other.userId };
    await assert.rejects(operator.lock(elsewhere, 'a try'), /not_found/);
    await database.owner.query('DELETE FROM audit_event WHERE workspace_id = $1', [workspaceId]);
    for (const table of ['control_event', 'refresh_token', 'session', 'mail', 'account'])
      await database.owner.query(`DELETE FROM ${table} WHERE workspace_id = $1`, [workspaceId]);
    for (const table of ['subject_key', 'workspace_key', 'workspace'])
      await database.owner.query(`DELETE FROM ${table} WHERE workspace_id = $1`, [workspaceId]);
  });

  it('refuses who is not there, who is deactivated, and a reason that is none', async () => {
    for (const user of ['nobody@example.org', world.workspaceId, 'no address'])
      await assert.rejects(operator.lock({ user }, 'a try'), /^Error: not_found/);
    await assert.rejects(operator.lock({ workspace: 'nowhere', user: 'x' }, 'a'), /not_found/);
    const gone = await world.person('Gone');
    const text = 'UPDATE account SET status = $2 WHERE id = $1';
    await database.owner.query(text, [gone.userId, 'deactivated']);
    await assert.rejects(operator.lock({ user: gone.userId }, 'a try'), /^Error: forbidden/);
    await database.owner.query(text, [gone.userId, 'erased']);
    await assert.rejects(operator.unlock({ user: gone.userId }), /^Error: not_found/);
    await assert.rejects(operator.lock({ user: gone.userId }, 'two\nlines'), /invalid_reason/);
  });

  it('lists accounts a page at a time, filtered, with masked addresses, on record', async () => {
    const ada = await Resident.create(world, 'Ada');
    for (let count = 0; count < 101; count += 1)
      await world.app.auth.mintSession(world.workspaceId, {
        displayName: `Guest ${count}`,
        role: 'guest',
      });
    const before = (await recorded('user.list')).length;
    for await (const first of operator.users({})) {
      assert.ok(first.id);
      break;
    }
    assert.equal((await recorded('user.list')).length, before + 1, 'one page was read');
    const everybody = await all(operator.users({}));
    assert.ok(everybody.length > 101);
    assert.deepEqual(
      everybody.map(({ id }) => id),
      everybody.map(({ id }) => id).sort(),
    );
    assert.equal(new Set(everybody.map(({ id }) => id)).size, everybody.length);
    const shown = everybody.find(({ displayName }) => displayName === 'Ada');
    assert.equal(shown?.email, `${ada.email.slice(0, 3)}***rg`);
    assert.deepEqual([shown.role, shown.status, shown.emailVerified], ['user', 'active', false]);
    const guests = await all(operator.users({ role: 'guest' }));
    assert.equal(guests.length, 101);
    assert.ok(guests.every(({ role }) => role === 'guest'));
    await operator.lock({ user: ada.email }, 'a try');
    const locked = await all(operator.users({ status: 'locked' }));
    assert.deepEqual(
      locked.map(({ displayName }) => displayName),
      ['Ada'],
    );
    assert.ok((await all(operator.users({}))).every(({ displayName }) => displayName !== 'Gone'));
    const row = (await recorded('user.list')).at(-1);
    assert.equal(row?.['transport'], 'command');
    assert.doesNotMatch(JSON.stringify(row['details']), /@/);
  });

  it('lists where somebody is signed in, and ends one session or all', async () => {
    const carl = await Resident.create(world, 'Carl');
    const phone = await carl.arrives({ device: 'Phone', userAgent: 'Firefox/9 (Linux)' });
    const desk = await carl.arrives({ device: 'Desk' });
    for (const person of [phone, desk]) await person.connect();
    const list = await all(operator.sessions({ user: carl.email }));
    assert.deepEqual(
      list.map(({ id, device, client, address }) => [id, device, client, address]),
      [
        [desk.sessionId, 'Desk', 'Story', '127.0.0.*'],
        [phone.sessionId, 'Phone', 'Firefox on Linux', '127.0.0.*'],
      ],
    );
    const one = await operator.revoke({ user: carl.email }, phone.sessionId);
    assert.deepEqual(one, { userId: desk.userId, revoked: 1 });
    await phone.hears('connection.closing');
    await desk.connection.settled();
    for (const wrong of [phone.sessionId, 'no id', world.workspaceId])
      await assert.rejects(operator.revoke({ user: carl.email }, wrong), /^Error: not_found/);
    assert.equal((await operator.revoke({ user: carl.email }, null)).revoked, 1);
    await desk.hears('connection.closing');
    assert.deepEqual(await all(operator.sessions({ user: carl.email })), []);
    assert.deepEqual(
      (await recorded('session.revoke')).map(({ details }) => details),
      [{ session: phone.sessionId }],
    );
    assert.equal((await recorded('session.revoke-all')).length, 1);
    for (const person of [phone, desk]) person.leave();
  });

  it('changes nothing that it cannot put on record', async () => {
    const dora = await world.person('Dora');
    await database.owner.query('REVOKE INSERT ON audit_event FROM conclave_app');
    try {
      const unrecorded = /permission denied for table audit_event/;
      await assert.rejects(operator.lock({ user: dora.userId }, 'a try'), unrecorded);
      await assert.rejects(operator.revoke({ user: dora.userId }, null), unrecorded);
      await assert.rejects(all(operator.users({})), unrecorded);
    } finally {
      await database.owner.query('GRANT INSERT ON audit_event TO conclave_app');
    }
    await dora.http('GET', '/v1/me').accepted();
  });

  it('shows no more of an address than tells it apart', () => {
    for (const [email, masked] of [
      ['alice@example.com', 'ali***om'],
      ['bob@example.com', 'bo***om'],
      ['al@x.io', 'a***io'],
      ['a@x.io', '***io'],
    ] as const)
      assert.equal(maskedEmail(email), masked);
  });
});
