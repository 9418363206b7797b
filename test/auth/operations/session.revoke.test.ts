/** A session is ended from another one of the same person: its tokens are void and its sockets close, and no other's. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { World } from '../../support/world.ts';
import { allRefused, audited, changesNothing, misshapen } from '../../chat/support.ts';
import { Resident } from '../residents.ts';

describe('session.revoke', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('voids the tokens, closes the connections, tells them what to do, and is on record', async () => {
    const ada = await Resident.create(world);
    const [lost, here] = [await ada.arrives(), await ada.arrives()];
    const [socket, mine] = [await lost.connect(), await here.connect()];
    const { sessionId } = lost;
    assert.deepEqual(await here.call('session.revoke', { sessionId }).accepted(), {
      revoked: true,
    });
    const closing = await socket.hears('connection.closing');
    assert.deepEqual(closing, { code: 'session_ended', next: 'sign-in' });
    await socket.closed();
    await lost.http('GET', '/v1/me').refused('unauthenticated');
    const renewal = { refreshToken: lost.refreshToken, nonce: 'a-nonce-of-this-try' };
    await lost.http('POST', '/v1/sessions/refresh', renewal).refused('invalid_refresh_token');
    await assert.rejects(lost.connect(), /unauthenticated/);
    await mine.settled();
    const [row, ...more] = await audited(world, 'session.revoke', sessionId);
    assert.deepEqual(
      [row?.['actor_id'], row?.['resource_kind'], more],
      [here.userId, 'session', []],
    );
    const [ended] = (
      await world.database.query('SELECT end_reason FROM session WHERE id = $1', [sessionId])
    ).rows as { end_reason: string }[];
    assert.equal(ended?.end_reason, 'revoked');
    here.leave();
  });

  it('ends the session that asks too, after the answer', async () => {
    const ada = await Resident.create(world);
    const here = await ada.arrives();
    const socket = await here.connect();
    await here.call('session.revoke', { sessionId: here.sessionId }).accepted();
    assert.equal((await socket.hears('connection.closing')).code, 'session_ended');
    await socket.closed();
  });

  it('is refused as not_found, all alike: no session, an ended one, and anybody else’s', async () => {
    const ada = await Resident.create(world);
    const [gone, here] = [await ada.arrives(), await ada.arrives()];
    await gone.http('DELETE', '/v1/sessions/current').accepted();
    const admin = await world.person('Admin', { role: 'admin' });
    const elsewhere = await world.anotherWorkspace();
    const stranger = await world.person('Eve', { workspaceId: elsewhere });
    await here.connect();
    const wrong = [randomUUID(), gone.sessionId, admin.sessionId, stranger.sessionId];
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        wrong.map((sessionId) => here.call('session.revoke', { sessionId })),
      ),
    );
    await admin.call('session.revoke', { sessionId: here.sessionId }).refused('not_found');
    await Promise.all([admin, stranger, here].map((one) => one.connection.settled()));
    here.leave();
  });

  it('is done once by two who ask at the same time, over HTTP too', async () => {
    const ada = await Resident.create(world);
    const [lost, here] = [await ada.arrives(), await ada.arrives()];
    const ask = () => here.http('DELETE', `/v1/sessions/${lost.sessionId}`);
    const answers = await Promise.all([ask(), ask()]);
    assert.ok(answers.some(({ ok }) => ok));
    const { rows } = await world.database.query(
      'SELECT count(*)::int AS count FROM control_event WHERE session_id = $1',
      [lost.sessionId],
    );
    assert.deepEqual(rows, [{ count: 1 }]);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const ada = await world.person('Ada');
    await misshapen(
      world,
      ada,
      'session.revoke',
      { sessionId: ada.sessionId },
      {
        'no id': { sessionId: 'current' },
        'many ids': { sessionId: [ada.sessionId] },
        'no text': { sessionId: null },
      },
    );
    await ada.connection.settled();
  });
});
