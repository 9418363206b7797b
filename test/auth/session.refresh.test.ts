/** A refresh token works once; a lost answer can be asked for again, and a copy ends the session. */
import assert from 'node:assert/strict';
import { RefreshTokenReused, type MintedSession } from '../../src/auth/index.ts';
import type { WorkspaceId } from '../../src/contract/index.ts';
import { freshSessions, nonce } from './refreshing.ts';
import {
  accepted,
  bearer,
  MINUTE,
  openHouse,
  refused,
  type Answer,
  type House,
} from './support.ts';

describe('session.refresh', () => {
  const { scene, refresh, session, tokens } = freshSessions();
  let house: House;
  let id: WorkspaceId;
  let minted: MintedSession;
  beforeEach(() => {
    ({ house, id, minted } = scene);
  });

  it('gives a successor and a fresh access token, and moves the last use', async () => {
    house.clock.advance(10 * MINUTE);
    const answer = await refresh(minted.refreshToken, 'a');
    const grant = accepted(answer);
    assert.notEqual(grant['refreshToken'], minted.refreshToken);
    const { expiresAt } = house.auth.proveToken(grant['accessToken'] ?? '');
    assert.equal(expiresAt - house.clock.now().getTime(), 15 * MINUTE);
    assert.deepEqual((await session())?.['last_used_at'], house.clock.now());
    accepted(await refresh(grant['refreshToken'], 'b'));
    const { sessionId, userId } = minted;
    assert.deepEqual(answer.facts, [
      { resource: { kind: 'session', id: sessionId }, actorId: userId },
    ]);
  });

  it('stores neither token nor successor in a form that the database alone could use', async () => {
    const grant = accepted(await refresh(minted.refreshToken, 'a'));
    const text = JSON.stringify(await tokens());
    for (const token of [minted.refreshToken, grant['refreshToken'] ?? '']) {
      const secret = token.split('.').at(-1) ?? '';
      assert.equal(secret.length, 43);
      assert.ok(!text.includes(secret));
      const stored = (await tokens())
        .flatMap((row) => Object.values(row))
        .filter((value) => Buffer.isBuffer(value));
      for (const bytes of stored) {
        assert.equal(bytes.indexOf(secret), -1);
        assert.equal(bytes.indexOf(Buffer.from(secret, 'base64url')), -1);
      }
    }
  });

  it('gives the same successor to the same nonce for a minute, whose answer was lost', async () => {
    const first = accepted(await refresh(minted.refreshToken, 'a'));
    house.clock.advance(MINUTE - 1);
    const again = accepted(await refresh(minted.refreshToken, 'a'));
    assert.equal(again['refreshToken'], first['refreshToken']);
    assert.notEqual(again['accessToken'], first['accessToken']);
    accepted(await refresh(again['refreshToken'], 'b'));
    assert.equal((await session())?.['ended_at'], null);
    assert.equal((await tokens()).length, 3);
  });

  /** The session is over for everybody: the thief, the owner, and every connection. */
  async function assertFamilyDead(answer: Answer, last: string | undefined): Promise<void> {
    assert.equal(refused(answer, 'invalid_refresh_token'), undefined);
    const cause = answer.refusal?.cause;
    assert.ok(cause instanceof RefreshTokenReused);
    assert.deepEqual(
      [cause.workspaceId, cause.userId, cause.sessionId],
      [id, minted.userId, minted.sessionId],
    );
    assert.equal((await session())?.['end_reason'], 'reuse');
    assert.deepEqual(house.ended, [minted.sessionId]);
    refused(await refresh(last, 'z'), 'invalid_refresh_token');
    refused(await house.call('session.close', {}, bearer(minted.accessToken)), 'unauthenticated');
    assert.deepEqual(house.ended, [minted.sessionId], 'ended once');
  }

  it('ends the session when a used token comes with another nonce', async () => {
    await house.auth.sessionIsLive(house.auth.proveToken(minted.accessToken)); // warm: the cache must let go of it
    const grant = accepted(await refresh(minted.refreshToken, 'a'));
    await assertFamilyDead(await refresh(minted.refreshToken, 'b'), grant['refreshToken']);
  });

  it('ends the session when a used token comes after a minute, with whatever nonce', async () => {
    const grant = accepted(await refresh(minted.refreshToken, 'a'));
    house.clock.advance(MINUTE);
    await assertFamilyDead(await refresh(minted.refreshToken, 'a'), grant['refreshToken']);
  });

  it('ends the session when a token comes back that was used generations ago', async () => {
    let last = minted.refreshToken;
    for (const letter of ['a', 'b', 'c'])
      last = accepted(await refresh(last, letter))['refreshToken'] ?? '';
    await assertFamilyDead(await refresh(minted.refreshToken, 'd'), last);
  });

  it('leaves the other sessions of the same person alone', async () => {
    const other = await house.auth.mintSession(id);
    accepted(await refresh(minted.refreshToken, 'a'));
    refused(await refresh(minted.refreshToken, 'b'), 'invalid_refresh_token');
    accepted(await refresh(other.refreshToken, 'c'));
  });

  it('stands although whoever is to tell the connections fails', async () => {
    const sessionEnded = () => Promise.reject(new Error('nobody there'));
    const lonely = await openHouse({ clock: house.clock, auth: { sessionEnded } });
    try {
      accepted(await refresh(minted.refreshToken, 'a', lonely));
      refused(await refresh(minted.refreshToken, 'b', lonely), 'invalid_refresh_token');
      assert.equal((await session())?.['end_reason'], 'reuse');
    } finally {
      await lonely.close();
    }
  });

  it('gives ten retries at once on two nodes the same successor', async () => {
    const other = await openHouse({ clock: house.clock });
    try {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          refresh(minted.refreshToken, 'a', i % 2 ? house : other),
        ),
      );
      const successors = new Set(answers.map((answer) => accepted(answer)['refreshToken']));
      assert.equal(successors.size, 1);
      assert.equal((await tokens()).length, 2);
    } finally {
      await other.close();
    }
  });

  it('has one winner among different nonces at once on two nodes, and then no session', async () => {
    const other = await openHouse({ clock: house.clock });
    try {
      const answers = await Promise.all(
        'abcdefghij'
          .split('')
          .map((letter, i) => refresh(minted.refreshToken, letter, i % 2 ? house : other)),
      );
      assert.equal(answers.filter(({ reply }) => reply.ok).length, 1);
      assert.equal((await tokens()).length, 2);
      assert.equal((await session())?.['end_reason'], 'reuse');
      assert.equal(house.ended.length + other.ended.length, 1);
    } finally {
      await other.close();
    }
  });

  it('commits the rotation before it answers: a road that breaks after it loses nothing', async () => {
    const operation = house.auth.module.operations.find(({ name }) => name === 'session.refresh');
    assert.ok(operation?.commit === 'own');
    const broken = { ...operation, handle: () => Promise.reject(new Error('the lights went out')) };
    const input = { refreshToken: minted.refreshToken, nonce: nonce('a') };
    refused(await house.callOf(broken, input, { kind: 'none' }), 'internal');
    accepted(await refresh(minted.refreshToken, 'a'));
  });
});
