/** People are found by their address by who may invite, one at a time and on record; nobody else is told anything. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { MintedSession } from '../../../src/auth/index.ts';
import type { WorkspaceId, WorkspaceRole } from '../../../src/contract/index.ts';
import { LIMIT_TABLE } from '../../../src/limits/index.ts';
import { allRefused, assertSealed, audited, changesNothing, rows } from '../../chat/support.ts';
import type { OutputOf } from '../../support/connection.ts';
import { HOUR, MINUTE } from '../../support/hand-clock.ts';
import { Person } from '../../support/person.ts';
import { UNLIMITED, World } from '../../support/world.ts';
import { DIGEST_KEYS, openHouse, ring } from '../support.ts';

type Found = OutputOf<'user.find'>;

describe('user.find', () => {
  let world: World;
  let ada: Person;
  before(async () => {
    world = await World.create();
    ada = await world.person('Ada');
  });
  after(() => world.end());

  const query = (text: string, ...values: unknown[]) => world.database.query(text, values);

  /** Somebody with an account and an address of their own, who never connects. */
  async function listed(displayName = 'Bob', workspaceId: WorkspaceId = world.workspaceId) {
    const email = `Bob.${randomBytes(6).toString('hex')}@Example.org`;
    const { userId } = await world.app.auth.mintSession(workspaceId, { email, displayName });
    return { email, userId };
  }

  it('gives id and name to users, moderators and admins, in any spelling of the address, over HTTP too', async () => {
    const { email, userId } = await listed();
    for (const role of ['user', 'moderator', 'admin'] as const) {
      const person = await world.person(role, { role });
      for (const spelling of [email, email.toUpperCase(), ` ${email.toLowerCase()} `]) {
        const found = await person.call('user.find', { email: spelling }).accepted();
        assert.deepEqual(found, { userId, displayName: 'Bob' });
      }
      const body = { email };
      const same = await person.http<Found>('POST', '/v1/users/find', body).accepted();
      assert.deepEqual(same, { userId, displayName: 'Bob' });
    }
  });

  it('is refused as forbidden to guests, auditors and jobs, whoever they look for', async () => {
    const { email } = await listed();
    const unknown = 'nobody@example.org';
    for (const role of ['guest', 'auditor', 'system'] as const satisfies WorkspaceRole[]) {
      const person = await world.person(role, { role });
      await changesNothing(world, () =>
        allRefused(
          'forbidden',
          [email, unknown].map((sought) => person.call('user.find', { email: sought })),
        ),
      );
    }
  });

  it('is refused as not_found, all alike: nobody, another workspace, and every account that is not active', async () => {
    const elsewhere = await listed('Eve', await world.anotherWorkspace());
    const addresses = ['nobody@example.org', '%@%', elsewhere.email];
    for (const status of ['locked', 'deactivated', 'erased']) {
      const { email, userId } = await listed();
      await query('UPDATE account SET status = $2 WHERE id = $1', userId, status);
      addresses.push(email);
    }
    await changesNothing(world, async () => {
      await allRefused(
        'not_found',
        addresses.map((email) => ada.call('user.find', { email })),
      );
    });
    const overHttp = (email: string) => ada.http('POST', '/v1/users/find', { email });
    const answers = addresses.map(overHttp).map(async (no) => {
      const { traceId, ...rest } = await no.refused('not_found');
      assert.ok(traceId);
      return rest;
    });
    for (const answer of await Promise.all(answers)) assert.deepEqual(answer, await answers[0]);
  });

  it('is on record: who looked up whom, without a word of the address', async () => {
    const { email, userId } = await listed();
    await ada.call('user.find', { email }).accepted();
    const [row, ...others] = await audited(world, 'user.find', userId);
    assert.equal(others.length, 0);
    assert.deepEqual(
      [row?.['actor_id'], row?.['subject_id'], row?.['resource_kind'], row?.['details']],
      [ada.userId, userId, 'account', {}],
    );
    assertSealed(row, email, 'Bob');
  });

  it('is on record where nobody was found: who looked, how often, and nothing else', async () => {
    const prober = await world.person('Prober');
    const email = `probe-${randomBytes(6).toString('hex')}@example.org`;
    await prober.call('user.find', { email }).refused('not_found');
    await world.app.audit.refusals.drained();
    const trail = await rows(
      world,
      "SELECT e.*, e::text AS whole FROM audit_event e WHERE actor_id = $1 AND action = 'user.find'",
      prober.userId,
    );
    assert.deepEqual(
      trail.map((row) => [row['type'], row['outcome'], row['resource_id'], row['details']]),
      [['authorization_failed', 'not_found', null, { count: 1 }]],
    );
    assertSealed(trail[0], email);
  });

  it('gives no answer that is not on record', async () => {
    const { email } = await listed();
    const trigger = `no_trail_${randomBytes(6).toString('hex')}`;
    await query(`CREATE FUNCTION ${trigger}() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.workspace_id = '${world.workspaceId}' THEN RAISE 'the trail is full'; END IF; RETURN NEW; END $$`);
    await query(`CREATE TRIGGER ${trigger} BEFORE INSERT ON audit_event
      FOR EACH ROW EXECUTE FUNCTION ${trigger}()`);
    try {
      await ada.call('user.find', { email }).refused('internal');
    } finally {
      await query(`DROP FUNCTION ${trigger} CASCADE`);
    }
    await ada.call('user.find', { email }).accepted();
  });

  it("finds a person whose profile is another's, without a name, and raises an alarm", async () => {
    const [bob, eve] = [await listed(), await listed('Eve')];
    await query(
      `UPDATE account SET profile_sealed = b.profile_sealed FROM account b
       WHERE account.id = $1 AND b.id = $2`,
      bob.userId,
      eve.userId,
    );
    const found = await ada.call('user.find', { email: bob.email }).accepted();
    assert.deepEqual(found, { userId: bob.userId, displayName: null });
    const alarms = world.logged.filter((line) => line.includes('"kind":"profile"'));
    assert.equal(alarms.filter((line) => line.includes(bob.userId)).length, 1);
  });

  it('finds who registered under an older digest key', async () => {
    const older = await openHouse();
    const digestKeys = { current: 'next', keys: { ...DIGEST_KEYS.keys, ...ring('next').keys } };
    const newer = await openHouse({ clock: older.clock, digestKeys });
    try {
      const { id } = await older.workspace();
      const email = 'grace@example.org';
      const grace = await older.auth.mintSession(id, { email, displayName: 'Grace' });
      const { accessToken: token } = await newer.auth.mintSession(id);
      const credential = { kind: 'token', token } as const;
      const { reply } = await newer.call('user.find', { email }, credential);
      const data = { userId: grace.userId, displayName: 'Grace' };
      assert.deepEqual(reply, { ok: true, data });
    } finally {
      await Promise.all([older.close(), newer.close()]);
    }
  });

  it('is refused as unauthenticated once the account that asks is locked', async () => {
    const mallory = await world.person('Mallory');
    const { email } = await listed();
    await query("UPDATE account SET status = 'locked' WHERE id = $1", mallory.userId);
    await mallory.call('user.find', { email }).refused('unauthenticated');
  });

  it('is refused as invalid_input when its shape is wrong, and in a URL always', async () => {
    const { email } = await listed();
    const wrong = [{}, { email: 'bob' }, { email: [email] }, { email: null }];
    for (const input of [...wrong, { email, userId: ada.userId }, email, null])
      await ada.connection.raw('user.find', input).refused('invalid_input');
    const path = `/v1/users/find?email=${encodeURIComponent(email)}`;
    await ada.http('POST', path, {}).refused('invalid_input');
    await ada.http('GET', path).refused('invalid_input');
  });
});

describe('user.find, again and again', () => {
  it('is refused as rate_limited after sixty an hour, by whoever asks, found or not, and goes on after', async () => {
    const limits = { ...UNLIMITED, 'user.find': LIMIT_TABLE['user.find'] };
    const world = await World.create({ limits });
    try {
      const [ada, bob] = await Promise.all([world.person('Ada'), world.person('Bob')]);
      const nobody = { email: 'nobody@example.org' };
      const somebody = { email: `${bob.userId}@conclave.invalid` };
      for (let i = 0; i < 30; i += 1) {
        await ada.call('user.find', nobody).refused('not_found');
        await ada.call('user.find', somebody).accepted();
      }
      await changesNothing(world, async () => {
        const { detail } = await ada.call('user.find', somebody).refused('rate_limited');
        assert.deepEqual(detail, { bucket: 'user.find', by: 'user', windowMs: HOUR });
        await ada.http('POST', '/v1/users/find', somebody).refused('rate_limited');
        world.clock.forward(10 * MINUTE);
        await ada.call('user.find', somebody).refused('rate_limited');
      });
      await bob.call('user.find', somebody).accepted();
      await ada.call('channel.list', {}).accepted();
      world.clock.forward(HOUR);
      const { refreshToken } = ada;
      const renewal = { refreshToken, nonce: 'a-nonce-of-this-try' };
      const grant = await ada
        .http<MintedSession>('POST', '/v1/sessions/refresh', renewal)
        .accepted();
      const later = new Person(world.url, 'Ada', grant);
      await later.http('POST', '/v1/users/find', somebody).accepted();
    } finally {
      await world.end();
    }
  });
});
