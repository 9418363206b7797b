/** All sessions of a person end at once, those too that are just being opened; one may be kept: the one that asks. */
import assert from 'node:assert/strict';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { rows } from '../../chat/support.ts';
import { Resident } from '../residents.ts';

describe('session.revoke-all', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  const closed = async (person: Person) => {
    const closing = await person.hears('connection.closing');
    assert.deepEqual(closing, { code: 'session_ended', next: 'sign-in' });
    await person.http('GET', '/v1/me').refused('unauthenticated');
  };
  const endings = (person: Person) =>
    rows(
      world,
      'SELECT end_reason FROM session WHERE user_id = $1 AND ended_at IS NOT NULL',
      person.userId,
    );

  it('ends all but the one that asks, on every connection, and is on record', async () => {
    const ada = await Resident.create(world);
    const [one, two, here] = [await ada.arrives(), await ada.arrives(), await ada.arrives()];
    const bob = await world.person('Bob');
    for (const person of [one, two, here]) await person.connect();
    assert.deepEqual(await here.call('session.revoke-all', {}).accepted(), { revoked: 2 });
    await Promise.all([one, two].map(closed));
    await Promise.all([here, bob].map(({ connection }) => connection.settled()));
    assert.deepEqual(await endings(here), [{ end_reason: 'revoked' }, { end_reason: 'revoked' }]);
    const [row] = await rows(
      world,
      "SELECT * FROM audit_event WHERE actor_id = $1 AND action = 'session.revoke-all'",
      here.userId,
    );
    assert.deepEqual(row?.['details'], { keepCurrent: true, revoked: 2 });
    assert.deepEqual(await here.call('session.revoke-all', {}).accepted(), { revoked: 0 });
    here.leave();
  });

  it('ends the one that asks too where that is wanted, over HTTP too', async () => {
    const ada = await Resident.create(world);
    const [one, here] = [await ada.arrives(), await ada.arrives()];
    for (const person of [one, here]) await person.connect();
    const answer = await here.http('DELETE', '/v1/sessions?keepCurrent=false').accepted();
    assert.deepEqual(answer, { revoked: 2 });
    await Promise.all([one, here].map(closed));
    await ada.arrives();
  });

  it('leaves no session behind that somebody was opening meanwhile', async () => {
    const ada = await Resident.create(world);
    const here = await ada.arrives();
    const lock = await world.database.connect();
    try {
      await lock.query('BEGIN');
      await lock.query("SELECT set_config('app.workspace', $1, true)", [world.workspaceId]);
      await lock.query('SELECT 1 FROM account WHERE id = $1 FOR UPDATE', [here.userId]);
      const opening = ada.tries();
      const revoking = here.http<{ revoked: number }>('DELETE', '/v1/sessions');
      await waiting(world, 2);
      await lock.query('COMMIT');
      const [opened, { revoked }] = await Promise.all([opening.accepted(), revoking.accepted()]);
      const ended = await rows(
        world,
        'SELECT ended_at IS NOT NULL AS ended FROM session WHERE id = $1',
        opened.sessionId,
      );
      // Whichever came first: the one was ended by the other, or begun after it.
      assert.deepEqual(ended, [{ ended: revoked === 1 }]);
    } finally {
      lock.release();
    }
  });

  it('is refused without a session, and as invalid_input when its shape is wrong', async () => {
    const ada = await world.person('Ada');
    for (const input of [{ keepCurrent: 'yes' }, { keepCurrent: null }, { userId: ada.userId }])
      await ada.connection.raw('session.revoke-all', input).refused('invalid_input');
    await ada.http('DELETE', '/v1/sessions/current').accepted();
    await ada.http('DELETE', '/v1/sessions').refused('unauthenticated');
  });
});

/** Resolves when so many statements of the server wait for a lock. */
async function waiting(world: World, count: number): Promise<void> {
  for (;;) {
    const { rows: found } = await world.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if ((found[0]?.count ?? 0) >= count) return;
  }
}
