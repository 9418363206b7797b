/** Who is signed in is asked at every call: a session that is over is refused, however good its token. */
import assert from 'node:assert/strict';
import type { MintedSession } from '../../src/auth/index.ts';
import type { WorkspaceId } from '../../src/contract/index.ts';
import type { Credential } from '../../src/kernel/index.ts';
import { accepted, bearer, MINUTE, NOBODY, openHouse, refused, type House } from './support.ts';

describe('session.close', () => {
  let house: House;
  let id: WorkspaceId;
  let minted: MintedSession;
  before(async () => {
    house = await openHouse();
  });
  after(() => house.close());
  beforeEach(async () => {
    ({ id } = await house.workspace());
    minted = await house.auth.mintSession(id, { role: 'moderator' });
  });

  const close = (credential: Credential) => house.call('session.close', {}, credential);
  const operation = () => {
    const found = house.auth.module.operations.find(({ name }) => name === 'session.close');
    assert.ok(found);
    return found;
  };
  /** Only the stage, so that nothing but the look at the session decides. */
  const authenticate = (credential: Credential, at = house) =>
    at.auth.authenticate(operation(), house.request({}, credential), {});

  it('ends the session, tells its connections, and is written down', async () => {
    const answer = await close(bearer(minted.accessToken));
    assert.deepEqual(accepted(answer), { closed: true });
    const { sessionId } = minted;
    const effect = { effect: 'session-ended', sessionId, closure: 'session_ended' };
    assert.deepEqual(answer.effects, [effect]);
    assert.deepEqual(answer.facts, [{ resource: { kind: 'session', id: sessionId } }]);
    const [row] = await house.rows('SELECT * FROM session WHERE id = $1', sessionId);
    assert.deepEqual([row?.['end_reason'], row?.['ended_at']], ['closed', house.clock.now()]);
  });

  it('leaves the other sessions of the workspace open', async () => {
    const other = await house.auth.mintSession(id);
    accepted(await close(bearer(minted.accessToken)));
    await authenticate(bearer(other.accessToken));
  });

  it('is refused without a credential, and with one that proves nothing', async () => {
    refused(await close(NOBODY), 'unauthenticated');
    refused(await close(bearer('nonsense')), 'unauthenticated');
    refused(await close(bearer(minted.refreshToken)), 'unauthenticated');
  });

  it('is refused with an expired token, on a connection that proved it in time too', async () => {
    const claims = house.auth.proveToken(minted.accessToken);
    house.clock.advance(15 * MINUTE);
    refused(await close(bearer(minted.accessToken)), 'token_expired');
    refused(await close({ kind: 'proved', claims }), 'token_expired');
  });

  it('makes an actor of a token, and of what a connection proved', async () => {
    const claims = house.auth.proveToken(minted.accessToken);
    const { userId, sessionId } = minted;
    for (const credential of [bearer(minted.accessToken), { kind: 'proved', claims } as const]) {
      const { origin } = house.request({}, credential);
      assert.deepEqual(await authenticate(credential), {
        ...{ kind: 'actor', workspaceId: id, userId, sessionId, role: 'moderator', origin },
      });
    }
  });

  it('asks the database once in five seconds, also for calls that come at once', async () => {
    const before = house.lookUps;
    await Promise.all(Array.from({ length: 20 }, () => authenticate(bearer(minted.accessToken))));
    assert.equal(house.lookUps, before + 1);
    house.clock.advance(4_999);
    await authenticate(bearer(minted.accessToken));
    assert.equal(house.lookUps, before + 1);
    house.clock.advance(1);
    await authenticate(bearer(minted.accessToken));
    assert.equal(house.lookUps, before + 2);
  });

  it('is final at once where the end is heard of, though it was cached', async () => {
    await authenticate(bearer(minted.accessToken));
    accepted(await close(bearer(minted.accessToken)));
    house.auth.forget(minted.sessionId);
    await assert.rejects(authenticate(bearer(minted.accessToken)), { code: 'unauthenticated' });
  });

  it('is final within five seconds on a node that did not hear of it', async () => {
    const other = await openHouse({ clock: house.clock });
    try {
      await authenticate(bearer(minted.accessToken), other);
      accepted(await close(bearer(minted.accessToken)));
      const ended = 'SELECT ended_at FROM session WHERE id = $1';
      const first = await house.rows(ended, minted.sessionId);
      house.clock.advance(4_999);
      accepted(await other.call('session.close', {}, bearer(minted.accessToken)));
      assert.deepEqual(await house.rows(ended, minted.sessionId), first, 'ended when it first was');
      house.clock.advance(1);
      await assert.rejects(authenticate(bearer(minted.accessToken), other), {
        code: 'unauthenticated',
      });
    } finally {
      await other.close();
    }
  });

  it('is final within five seconds also where the clock is set back meanwhile', async () => {
    let back = 0;
    const now = () => new Date(house.clock.now().getTime() - back);
    const other = await openHouse({ clock: { ...house.clock, now } });
    try {
      const claims = other.auth.proveToken(minted.accessToken);
      await authenticate({ kind: 'proved', claims }, other);
      accepted(await close(bearer(minted.accessToken)));
      back = 10 * MINUTE;
      house.clock.advance(5_000);
      await assert.rejects(authenticate({ kind: 'proved', claims }, other), {
        code: 'unauthenticated',
      });
    } finally {
      await other.close();
    }
  });

  it('is not undone by a look that began before it and ended after', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let seen: (row: unknown) => void = () => undefined;
    const looked = new Promise((resolve) => (seen = resolve));
    const slow = await openHouse({
      clock: house.clock,
      auth: {
        sessions: async (workspaceId, sessionId) => {
          const row = await house.lookUp(workspaceId, sessionId);
          seen(row);
          await gate;
          return row;
        },
      },
    });
    try {
      const looking = authenticate(bearer(minted.accessToken), slow);
      assert.ok(await looked, 'the look has found the session live');
      accepted(await close(bearer(minted.accessToken)));
      slow.auth.forget(minted.sessionId);
      release();
      await looking.catch(() => undefined);
      await assert.rejects(authenticate(bearer(minted.accessToken), slow), {
        code: 'unauthenticated',
      });
    } finally {
      await slow.close();
    }
  });

  for (const status of ['locked', 'deactivated', 'erased'])
    it(`is not needed for a ${status} account: its sessions are not live`, async () => {
      await house.rows('UPDATE account SET status = $2 WHERE id = $1', minted.userId, status);
      await assert.rejects(authenticate(bearer(minted.accessToken)), { code: 'unauthenticated' });
      const claims = house.auth.proveToken(minted.accessToken);
      await assert.rejects(house.auth.sessionIsLive(claims), { code: 'unauthenticated' });
    });

  it('is not needed after 90 days: the session is over, cached or not', async () => {
    const at = house.clock.now().getTime();
    await house.rows(
      'UPDATE session SET expires_at = $2 WHERE id = $1',
      minted.sessionId,
      new Date(at + 1_000),
    );
    await authenticate(bearer(minted.accessToken));
    house.clock.advance(1_000);
    await assert.rejects(authenticate(bearer(minted.accessToken)), { code: 'unauthenticated' });
  });

  it('refuses claims that mix a session with another person or another workspace', async () => {
    const claims = house.auth.proveToken(minted.accessToken);
    const other = await house.auth.mintSession(id);
    const elsewhere = (await house.workspace()).id;
    await authenticate(bearer(minted.accessToken)); // also against what is cached
    const mixed = { ...claims, userId: other.userId };
    await assert.rejects(house.auth.sessionIsLive(mixed), { code: 'unauthenticated' });
    house.auth.forget(minted.sessionId);
    for (const wrong of [mixed, { ...claims, workspaceId: elsewhere }])
      await assert.rejects(house.auth.sessionIsLive(wrong), { code: 'unauthenticated' });
  });
});
