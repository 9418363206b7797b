/** What a workspace decides for itself holds from the answer on, on every node, and is on record as it was and as it is. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import type { InputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import { startNode, type Node } from '../../support/two-nodes.ts';
import { World } from '../../support/world.ts';
import { asked } from '../../support/asked.ts';
import { assertSealed, audited, changesNothing, misshapen } from '../../chat/support.ts';
import { address, redeems } from '../inviting.ts';

describe('workspace.update', () => {
  let world: World;
  let other: Node;
  let admin: Person;
  before(async () => {
    world = await World.create();
    other = await startNode({});
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(async () => {
    await other.app.stop();
    await world.end();
  });
  /** As it was founded. */
  afterEach(() =>
    set({
      ...{ registration: 'open', passwordPolicy: 'composition', whoInvites: 'admin' },
      ...{ whoCreatesChannels: 'user', defaultHistoryPolicy: 'all' },
    }),
  );

  const set = (settings: InputOf<'workspace.update'>) =>
    admin.call('workspace.update', settings).accepted();
  const registers = (password = `${randomBytes(12).toString('base64url')}-aA1!`) =>
    asked(other.url, 'POST', '/v1/accounts', {
      body: { workspace: world.slug, email: address(), password, displayName: 'Newcomer' },
    });
  const creates = (by: Person, more: object = {}) =>
    by.call('channel.create', { kind: 'private', name: 'A channel', ...more });

  /** What is `started` after somebody else began `text` on the workspace; they end once it waits and `meanwhile` is over. */
  async function behindAnother<T>(
    text: string,
    started: () => PromiseLike<T>,
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<T> {
    const another = await world.database.connect();
    try {
      await another.query('BEGIN');
      await another.query(text, [world.workspaceId]);
      const waiting = Promise.resolve(started());
      await eventually('the change waits for the other', async () => {
        const { rowCount } = await world.database.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
             AND application_name = 'conclave' AND query LIKE '%workspace%'`,
        );
        return (rowCount ?? 0) > 0;
      });
      await meanwhile();
      await another.query('COMMIT');
      return await waiting;
    } finally {
      another.release();
    }
  }

  it('leaves alone what is not named, gives what is now, and is on record with before and after', async () => {
    const after = await set({ whoInvites: 'user', registration: 'invited' });
    assert.deepEqual(
      [after.whoInvites, after.registration, after.passwordPolicy, after.whoCreatesChannels],
      ['user', 'invited', 'composition', 'user'],
    );
    assert.deepEqual(await admin.call('workspace.read', {}).accepted(), after);
    const row = (await audited(world, 'workspace.update', world.workspaceId)).at(-1);
    assert.deepEqual(row?.['details'], {
      ...{ 'whoInvites.before': 'admin', 'whoInvites.after': 'user' },
      ...{ 'registration.before': 'open', 'registration.after': 'invited' },
    });
  });

  it('changes the name, which the trail holds sealed and passwords must not contain', async () => {
    const { name } = await admin
      .http<{ name: string }>('PATCH', '/v1/workspace', { name: '  Zanzibar House ' })
      .accepted();
    assert.equal(name, 'Zanzibar House');
    assertSealed((await audited(world, 'workspace.update', world.workspaceId)).at(-1), 'Zanzibar');
    const refused = await registers('Zanzibar-2026!x').refused('password_policy');
    assert.deepEqual(refused.detail, { rules: ['contains_context'] });
    await set({ name: 'A workspace' });
  });

  it('says who may register: anybody, who was invited, or only whom the operator invited', async () => {
    await registers().accepted();
    const { code } = await admin.call('invitation.create', { role: 'guest' }).accepted();
    const byOperator = await world.app.auth.invite(world.workspaceId, { role: 'guest' });
    await set({ registration: 'invited' });
    await registers().refused('registration_closed');
    await set({ registration: 'closed' });
    await registers().refused('registration_closed');
    await redeems(other, code).refused('registration_closed');
    await redeems(other, byOperator).accepted();
    await set({ registration: 'invited' });
    await redeems(other, code).accepted();
  });

  it('says which passwords are good enough', async () => {
    const [complex, long] = ['kB7!-qzvx', 'seven quiet herons wade'];
    await registers(complex).accepted();
    await registers(long).refused('password_policy');
    await set({ passwordPolicy: 'nist' });
    const { detail } = await registers(complex).refused('password_policy');
    assert.deepEqual(detail, { rules: ['too_short'] });
    await registers(long).accepted();
  });

  it('says who may invite', async () => {
    const mod = await world.person('Mod', { role: 'moderator' });
    await mod.call('invitation.create', { role: 'user' }).refused('restricted_by_workspace');
    await set({ whoInvites: 'moderator' });
    const { code } = await mod.call('invitation.create', { role: 'user' }).accepted();
    await set({ whoInvites: 'admin' });
    await redeems(other, code).refused('registration_closed');
  });

  it('says who may create channels', async () => {
    const people = {
      admin,
      moderator: await world.person('Mod', { role: 'moderator' }),
      user: await world.person('User'),
    };
    for (const [setting, able] of [
      ['admin', ['admin']],
      ['moderator', ['admin', 'moderator']],
      ['user', ['admin', 'moderator', 'user']],
    ] as const) {
      await set({ whoCreatesChannels: setting });
      for (const [role, person] of Object.entries(people))
        if ((able as readonly string[]).includes(role)) await creates(person).accepted();
        else await changesNothing(world, () => creates(person).refused('restricted_by_workspace'));
    }
  });

  it('says from when on newcomers read channels that are created without saying so', async () => {
    const user = await world.person('User');
    assert.equal((await creates(user).accepted()).historyPolicy, 'all');
    await set({ defaultHistoryPolicy: 'since-join' });
    assert.equal((await creates(user).accepted()).historyPolicy, 'since-join');
    const chosen = await creates(user, { historyPolicy: 'all' }).accepted();
    assert.equal(chosen.historyPolicy, 'all');
  });

  it('is done by one at a time: what is recorded as before is what the other left', async () => {
    const text = `UPDATE workspace SET who_invites = 'moderator' WHERE workspace_id = $1`;
    await behindAnother(text, () => set({ whoInvites: 'user' }));
    const row = (await audited(world, 'workspace.update', world.workspaceId)).at(-1);
    assert.deepEqual(row?.['details'], {
      'whoInvites.before': 'moderator',
      'whoInvites.after': 'user',
    });
  });

  it('is refused to whoever lost the role, or the account, while it waited for somebody else', async () => {
    const losses = [
      [(userId: UserId) => admin.call('user.set-role', { userId, role: 'user' }), 'forbidden'],
      [(userId: UserId) => admin.call('user.lock', { userId }), 'unauthenticated'],
    ] as const;
    for (const [loses, code] of losses) {
      const person = await world.person('Second', { role: 'admin' });
      const text = 'SELECT FROM workspace WHERE workspace_id = $1 FOR NO KEY UPDATE';
      const change = { registration: 'closed' };
      const reply = await behindAnother(
        text,
        () => person.http('PATCH', '/v1/workspace', change),
        () => loses(person.userId).accepted(),
      );
      assert.equal(!reply.ok && reply.error.code, code);
      assert.equal((await admin.call('workspace.read', {}).accepted()).registration, 'open');
    }
  });

  it('is refused as forbidden to everybody but admins', async () => {
    for (const role of ['moderator', 'user', 'auditor', 'guest'] as const) {
      const person = await world.person('Other', { role });
      const refused = person.call('workspace.update', { registration: 'closed' });
      await changesNothing(world, () => refused.refused('forbidden'));
    }
    assert.equal((await admin.call('workspace.read', {}).accepted()).registration, 'open');
  });

  it('is refused as invalid_input for what is no setting, and for what none may be', async () => {
    await misshapen(
      world,
      admin,
      'workspace.update',
      { whoInvites: 'user' },
      {
        'a slug': { slug: 'other' },
        'an id': { id: world.workspaceId },
        'an empty name': { name: ' ' },
        'a name of two lines': { name: 'a\nb' },
        'a name that turns': { name: 'a\u202eb' },
        'a long name': { name: 'x'.repeat(101) },
        'a way in that is none': { registration: 'ajar' },
        'a policy that is none': { passwordPolicy: 'none' },
        'a role that does not invite': { whoInvites: 'guest' },
        'nobody who creates': { whoCreatesChannels: null },
        'a history that is none': { defaultHistoryPolicy: 'never' },
      },
    );
  });
});
