/** The operator's commands on people: tables for people, lines of JSON for programs, and endings that stay the same. */
import assert from 'node:assert/strict';
import { Resident } from '../auth/residents.ts';
import { operated } from './operated.ts';
import { done, failure, parsed, rows } from './support.ts';

describe('conclave admin, on people', function () {
  this.timeout(240_000);
  const server = operated();
  const admin = (...words: string[]) => server.admin(words);

  it('shows, locks, signs out and unlocks, in words and as JSON', async () => {
    const ada = await server.world.person('Ada', { role: 'admin' });
    const eve = await Resident.create(server.world, 'Eve');
    const visit = await eve.arrives({ device: 'Phone' });
    const running = admin('users');
    const table = await done(running);
    assert.match(running.said().err, /^ACCOUNT +E-MAIL +ROLE +STATUS +SINCE +NAME\n$/);
    assert.match(
      table,
      new RegExp(`^${visit.userId}  ${eve.email.slice(0, 3)}\\*\\*\\*rg  user `, 'm'),
    );
    const [only, ...more] = await rows(admin('users', '--role', 'admin', '--json'));
    assert.deepEqual(more, []);
    assert.deepEqual(
      [only?.['userId'], only?.['role'], only?.['status'], only?.['displayName']],
      [ada.userId, 'admin', 'active', 'Ada'],
    );
    const sessions = await rows(admin('sessions', eve.email, '--json'));
    assert.deepEqual(
      sessions.map((one) => [one['sessionId'], one['device'], one['address']]),
      [[visit.sessionId, 'Phone', '127.0.0.*']],
    );
    const inWords = await done(admin('sessions', eve.email));
    assert.match(inWords, new RegExp(`^${visit.sessionId}  20.* 127\\.0\\.0\\.\\* .*Phone\n$`));
    const token = ['sessions', eve.email, '--revoke', visit.sessionId, '--token', visit.jti];
    const voided = await done(admin(...token));
    assert.equal(
      voided,
      `The token ${visit.jti} of ${visit.userId} counts for nothing any more.\n`,
    );
    const { userId, sessionId, jti: revokedToken } = visit;
    const asJson = parsed(await done(admin(...token, '--json')));
    assert.deepEqual(asJson, { userId, sessionId, revokedToken });
    const revoked = await done(admin('sessions', eve.email, '--revoke', visit.sessionId));
    assert.equal(revoked, `1 session of ${visit.userId} ended.\n`);
    const locked = parsed(await done(admin('lock', eve.email, '--reason', 'spam', '--json')));
    assert.deepEqual(locked, { userId: visit.userId, status: 'locked', revoked: 0 });
    const again = await done(admin('unlock', visit.userId, '--workspace', server.world.slug));
    assert.equal(again, `${visit.userId} is active; it was locked.\n`);
  });

  it('lists the roles that a workspace has made for itself, in words and as JSON, on record', async () => {
    const { world } = server;
    const ada = await world.person('Ada', { role: 'admin' });
    const { id } = await world.channel(ada);
    const reader = {
      name: 'tea-reader',
      scope: 'channels',
      permissions: ['message.read'],
    } as const;
    const input = { ...reader, permissions: [...reader.permissions], channelIds: [id] };
    const role = await ada.call('role.create', input).accepted();
    const { userId } = await world.person('Bob');
    await ada.call('role.grant', { roleId: role.id, userId }).accepted();
    const where = ['roles', '--workspace', world.slug] as const;
    const table = await done(admin(...where));
    assert.match(table, /^tea-reader +1 channels +1 {2}message\.read\n$/);
    const [only] = await rows(admin(...where, '--json'));
    const { id: roleId, ...is } = role;
    assert.deepEqual(only, { roleId, ...is, holders: 1 });
    const { rows: trail } = await server.database.owner.query(
      `SELECT transport, details FROM audit_event WHERE action = 'role.list' AND workspace_id = $1`,
      [world.workspaceId],
    );
    assert.deepEqual(trail[0], { transport: 'command', details: { shown: 1 } });
    await done(admin('lock', ada.userId, '--workspace', world.slug, '--reason', 'not the last'));
    const failed = await failure(admin('roles', '--workspace', 'nowhere', '--json'));
    assert.equal(failed['code'], 'not_found');
  });

  const refused: readonly [string, readonly string[], number, string][] = [
    ['nobody of that address', ['lock', 'nobody@example.org', '--reason', 'x'], 1, 'not_found'],
    ['no reason', ['lock', 'nobody@example.org'], 2, 'usage'],
    ['a reason of two lines', ['lock', 'a@example.org', '--reason', 'a\nb'], 2, 'invalid_reason'],
    ['two wishes at once', ['sessions', 'a@b', '--revoke', 'x', '--revoke-all'], 2, 'usage'],
    ['a token of no session', ['sessions', 'a@b', '--token', 'x'], 2, 'usage'],
    ['a status that is none', ['users', '--status', 'asleep'], 2, 'usage'],
    ['a workspace that is none', ['users', '--workspace', 'nowhere'], 1, 'not_found'],
  ];
  for (const [what, words, ending, code] of refused)
    it(`ends with ${ending} for ${what}`, async () => {
      const failed = await failure(admin(...words, '--json'));
      assert.deepEqual([failed['ending'], failed['code']], [ending, code]);
    });

  it('ends with 1 for the last admin', async () => {
    const [only] = await rows(admin('users', '--role', 'admin', '--json'));
    const words = ['lock', String(only?.['userId']), '--reason', 'a try', '--json'];
    const failed = await failure(admin(...words));
    assert.deepEqual([failed['ending'], failed['code']], [1, 'last_admin']);
    assert.match(String(failed['message']), /last active admin/);
  });

  it('asks for the workspace where there are several', async () => {
    await server.world.anotherWorkspace();
    const failed = await failure(admin('users', '--json'));
    assert.deepEqual([failed['ending'], failed['code']], [2, 'workspace_needed']);
    assert.ok((await rows(admin('users', '--workspace', server.world.slug, '--json'))).length > 1);
  });
});
