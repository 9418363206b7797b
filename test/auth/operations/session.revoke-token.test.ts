/** One access token is voided by its jti: what rests on it ends at once, and its session, and everything else, goes on. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MintedSession } from '../../../src/auth/index.ts';
import { REVOKED_TOKENS, type Jti } from '../../../src/contract/index.ts';
import { allRefused, audited, changesNothing, misshapen, rows } from '../../chat/support.ts';
import { MINUTE } from '../../support/hand-clock.ts';
import { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { Resident } from '../residents.ts';

const REVOKED = { code: 'token_revoked', next: 'refresh' };

describe('session.revoke-token', () => {
  let world: World;
  const people: Person[] = [];
  before(async () => {
    world = await World.create();
  });
  afterEach(() => {
    for (const person of people.splice(0)) person.leave();
  });
  after(() => world.end());

  async function arrived(): Promise<Person> {
    const person = await Resident.create(world).then((resident) => resident.arrives());
    await person.connect();
    people.push(person);
    return person;
  }
  /** The same session under a newer token; not connected. */
  async function renew(person: Person): Promise<Person> {
    const renewal = { refreshToken: person.refreshToken, nonce: 'a-nonce-of-this-try' };
    const renewed = person.http<MintedSession>('POST', '/v1/sessions/refresh', renewal);
    const newer = new Person(world.url, 'Ada', await renewed.accepted());
    people.push(newer);
    return newer;
  }
  const revoke = (by: Person, { sessionId, jti }: { sessionId: Person['sessionId']; jti: Jti }) =>
    by.call('session.revoke-token', { sessionId, jti });

  it('refuses the token at every door and ends what rests on it; the session is refreshed and stands', async () => {
    const [lost, bob] = [await arrived(), await arrived()];
    const newer = await renew(lost);
    const [socket, second, mine] = [lost.connection, await lost.connect(), await newer.connect()];
    assert.deepEqual(await revoke(newer, lost).accepted(), { revoked: true });
    for (const one of [socket, second]) {
      assert.deepEqual(await one.hears('connection.closing'), REVOKED);
      await one.closed();
    }
    const { retry } = await lost.http('GET', '/v1/me').refused('token_revoked');
    assert.equal(retry, 'reauthenticate');
    await assert.rejects(lost.connect(), /token_revoked/);
    await Promise.all([mine, bob.connection].map((one) => one.settled()));
    const newest = await renew(newer);
    await newest.http('GET', '/v1/me').accepted();
    const [row, ...more] = await audited(world, 'session.revoke-token', lost.sessionId);
    const { actor_id: actor, resource_kind: kind, details } = row ?? {};
    assert.deepEqual([actor, kind, details, more], [lost.userId, 'session', { jti: lost.jti }, []]);
  });

  it('is refused at the next event also where nobody ended the connection', async () => {
    const [here, there] = [await arrived(), await arrived()];
    await world.database.query(
      `INSERT INTO revoked_token SELECT workspace_id, id, $2, now() + interval '1 hour'
       FROM session WHERE id = $1`,
      [there.sessionId, there.jti],
    );
    await there.call('role.describe', {}).accepted(); // believed for five seconds
    world.clock.forward(5_000);
    await there.call('role.describe', {}).refused('token_revoked');
    await here.call('role.describe', {}).accepted();
  });

  it('ends the connection that asks too, after its answer', async () => {
    const here = await arrived();
    await revoke(here, here).accepted();
    assert.deepEqual(await here.hears('connection.closing'), REVOKED);
    await here.connection.closed();
  });

  it('leaves alone who brought a newer token, until that one is revoked; nobody brings a revoked one', async () => {
    const ada = await arrived();
    world.clock.forward(MINUTE);
    const newer = await renew(ada);
    const brought = { token: newer.accessToken };
    await ada.call('auth.refresh', brought).accepted();
    const other = await newer.connect();
    await revoke(newer, ada).accepted();
    await ada.connection.settled();
    world.clock.forward(MINUTE);
    const newest = await renew(newer);
    await newest.connect();
    await revoke(newest, newer).accepted();
    for (const one of [ada.connection, other]) {
      assert.deepEqual(await one.hears('connection.closing'), REVOKED);
      await one.closed();
    }
    const { retry } = await newest.call('auth.refresh', brought).refused('token_revoked');
    assert.equal(retry, 'reauthenticate');
    await newest.connection.settled();
  });

  it('is done once by any number who ask, over HTTP too, and is kept no longer than a token can live', async () => {
    const [ada, { sessionId, jti }] = [await arrived(), await arrived()];
    const path = `/v1/sessions/${ada.sessionId}/revoked-tokens/${jti.toUpperCase()}`;
    const asking = Array.from({ length: 4 }, () => ada.http('PUT', path).accepted());
    for (const answer of await Promise.all(asking)) assert.deepEqual(answer, { revoked: true });
    const kept = 'SELECT jti, expires_at FROM revoked_token WHERE session_id = $1';
    const [only, ...more] = await rows(world, kept, ada.sessionId);
    const left = (only?.['expires_at'] as Date).getTime() - world.clock.now().getTime();
    assert.deepEqual([only?.['jti'], more], [jti, []]);
    assert.ok(left > 59 * MINUTE && left <= 60.5 * MINUTE, String(left));
    const told = 'SELECT kind, jti FROM control_event WHERE session_id = $1';
    const events = await rows(world, told, ada.sessionId);
    assert.deepEqual(events, [{ kind: 'token-revoked', jti }]);
    assert.deepEqual(await rows(world, kept, sessionId), [], 'of that session, and of no other');
  });

  it('is refused as too_many_revoked_tokens at the bound, which those that have expired do not count for', async () => {
    const ada = await arrived();
    await world.database.query(
      `INSERT INTO revoked_token SELECT workspace_id, id, gen_random_uuid(), $3
       FROM session, generate_series(1, $2) WHERE id = $1`,
      [ada.sessionId, REVOKED_TOKENS - 1, new Date(world.clock.now().getTime() + MINUTE)],
    );
    const [last, beyond] = [randomUUID() as Jti, randomUUID() as Jti];
    const { sessionId } = ada;
    await revoke(ada, { sessionId, jti: last }).accepted();
    await changesNothing(world, () =>
      revoke(ada, { sessionId, jti: beyond }).refused('too_many_revoked_tokens'),
    );
    await revoke(ada, { sessionId, jti: last }).accepted();
    world.clock.forward(MINUTE);
    await revoke(ada, { sessionId, jti: beyond }).accepted();
  });

  it('is refused as not_found, all alike: no session, an ended one, and anybody else’s', async () => {
    const ada = await Resident.create(world);
    const [gone, here] = [await ada.arrives(), await ada.arrives()];
    people.push(here);
    await gone.http('DELETE', '/v1/sessions/current').accepted();
    const admin = await world.person('Admin', { role: 'admin' });
    const stranger = await world.person('Eve', { workspaceId: await world.anotherWorkspace() });
    await here.connect();
    const nobody = { sessionId: randomUUID() as Person['sessionId'], jti: randomUUID() as Jti };
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        [nobody, gone, admin, stranger].map((one) => revoke(here, one)),
      ),
    );
    await revoke(admin, here).refused('not_found');
    await Promise.all([admin, stranger, here].map((one) => one.connection.settled()));
  });

  it('is taken back by nobody: the server may add a row, and neither change nor remove one', async () => {
    const { rows: rights } = await world.database.query(
      `SELECT privilege_type AS may FROM information_schema.role_table_grants
       WHERE table_name = 'revoked_token' AND grantee = 'conclave_app' ORDER BY may`,
    );
    assert.deepEqual(rights, [{ may: 'INSERT' }, { may: 'SELECT' }]);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { sessionId, jti } = await world.person('Ada');
    const eve = await world.person('Eve');
    const good = { sessionId, jti };
    await misshapen(world, eve, 'session.revoke-token', good, {
      'no session': { sessionId: 'current' },
      'a token': { jti: eve.accessToken },
      'many tokens': { jti: [jti] },
      'no token': { jti: null },
    });
    await eve.connection.settled();
  });
});
