/** An administrator voids one access token of somebody's session: the session stands, and its owner comes back by it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  REVOKED_TOKENS,
  type Jti,
  type SessionId,
  type UserId,
} from '../../../src/contract/index.ts';
import { allRefused, audited, changesNothing, misshapen } from '../../chat/support.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';

describe('user.revoke-token', () => {
  let world: World;
  let admin: Person;
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(() => world.end());

  interface Named {
    readonly userId: UserId;
    readonly sessionId: SessionId;
    readonly jti: Jti;
  }
  const revoke = (by: Person, { userId, sessionId, jti }: Named, reason?: string) =>
    by.call('user.revoke-token', {
      userId,
      sessionId,
      jti,
      ...(reason !== undefined && { reason }),
    });

  it('ends what rests on the token, and nothing else; it is on record with a sealed reason', async () => {
    const [ada, bob] = [await world.person('Ada'), await world.person('Bob')];
    const answer = await revoke(admin, ada, 'seen in a log').accepted();
    assert.deepEqual(answer, { revoked: true });
    const closing = await ada.hears('connection.closing');
    assert.deepEqual(closing, { code: 'token_revoked', next: 'refresh' });
    await ada.connection.closed();
    await ada.http('GET', '/v1/me').refused('token_revoked');
    const renewal = { refreshToken: ada.refreshToken, nonce: 'a-nonce-of-this-try' };
    await ada.http('POST', '/v1/sessions/refresh', renewal).accepted();
    await bob.connection.settled();
    const [row, ...more] = await audited(world, 'user.revoke-token', ada.userId);
    const { actor_id: actor, subject_id: subject, details, personal_sealed: sealed } = row ?? {};
    const { sessionId: session, jti } = ada;
    assert.deepEqual(
      [actor, subject, details, more],
      [admin.userId, ada.userId, { session, jti }, []],
    );
    assert.ok(sealed && !JSON.stringify(row).includes('seen in a log'));
  });

  it('is refused as forbidden to every role but admin, and to an account that is above the caller', async () => {
    const ada = await world.person('Ada');
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const by = await world.person(role, { role });
      await revoke(by, ada).refused('forbidden');
      await revoke(by, admin).refused('forbidden');
    }
    await ada.connection.settled();
  });

  it('is refused as not_found, all alike: nobody, no session, an ended one, and that of somebody else', async () => {
    const [ada, gone, bob] = [
      await world.person('Ada'),
      await world.person('Gone'),
      await world.person('Bob'),
    ];
    await gone.http('DELETE', '/v1/sessions/current').accepted();
    const eve = await world.person('Eve', { workspaceId: await world.anotherWorkspace() });
    const { userId, sessionId, jti } = ada;
    const wrong: readonly Named[] = [
      { userId: randomUUID() as UserId, sessionId, jti },
      { userId, sessionId: randomUUID() as SessionId, jti },
      { userId, sessionId: bob.sessionId, jti: bob.jti },
      gone,
      eve,
    ];
    await changesNothing(world, () =>
      allRefused(
        'not_found',
        wrong.map((one) => revoke(admin, one)),
      ),
    );
    await Promise.all([ada, bob, eve].map((one) => one.connection.settled()));
  });

  it('is refused as too_many_revoked_tokens at the bound of the session', async () => {
    const ada = await world.person('Ada');
    await world.database.query(
      `INSERT INTO revoked_token SELECT workspace_id, id, gen_random_uuid(), $3
       FROM session, generate_series(1, $2) WHERE id = $1`,
      [ada.sessionId, REVOKED_TOKENS, new Date(world.clock.now().getTime() + 60_000)],
    );
    await revoke(admin, ada).refused('too_many_revoked_tokens');
    await ada.connection.settled();
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { userId, sessionId, jti } = await world.person('Ada');
    await misshapen(
      world,
      admin,
      'user.revoke-token',
      { userId, sessionId, jti },
      {
        'no person': { userId: 7 },
        'no session': { sessionId: 'current' },
        'no token': { jti: null },
        'a reason of two lines': { reason: 'one\ntwo' },
      },
    );
  });
});
