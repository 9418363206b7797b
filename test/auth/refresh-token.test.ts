/** A refresh token is good for its session, its workspace and its time, and every other one is refused alike. */
import assert from 'node:assert/strict';
import type { MintedSession } from '../../src/auth/index.ts';
import type { WorkspaceId } from '../../src/contract/index.ts';
import { freshSessions, nonce } from './refreshing.ts';
import {
  accepted,
  bearer,
  DAY,
  DIGEST_KEYS,
  MINUTE,
  openHouse,
  refused,
  ring,
  type House,
} from './support.ts';

describe('a refresh token', () => {
  const { scene, refresh, session, tokens } = freshSessions();
  let house: House;
  let id: WorkspaceId;
  let minted: MintedSession;
  beforeEach(() => {
    ({ house, id, minted } = scene);
  });

  it('expires after 7 days unused, and not while it is used', async () => {
    house.clock.advance(7 * DAY - 1);
    const { refreshToken } = accepted(await refresh(minted.refreshToken, 'a'));
    house.clock.advance(7 * DAY);
    refused(await refresh(refreshToken, 'b'), 'invalid_refresh_token');
    assert.equal((await session())?.['ended_at'], null);
    assert.deepEqual(house.ended, []);
  });

  it('brings no access token that outlives the session', async () => {
    let last = minted.refreshToken;
    for (let day = 0; day < 84; day += 6) {
      house.clock.advance(6 * DAY);
      last = accepted(await refresh(last, 'a'))['refreshToken'] ?? '';
    }
    house.clock.advance(6 * DAY - 5 * MINUTE);
    const grant = accepted(await refresh(last, 'b'));
    assert.equal(Number(grant['expiresIn']), 5 * 60);
    const again = accepted(await refresh(last, 'b'));
    const end = Math.floor(endOf(await session()) / 1_000) * 1_000;
    for (const { accessToken = '' } of [grant, again])
      assert.equal(house.auth.proveToken(accessToken).expiresAt, end);
    house.clock.advance(5 * MINUTE);
    const late = await house.call('session.close', {}, bearer(grant['accessToken']));
    refused(late, 'token_expired');
  });

  it('ends with the session after 90 days, however often it is used', async () => {
    let last: string | undefined = minted.refreshToken;
    for (let day = 6; day < 90; day += 6) {
      house.clock.advance(6 * DAY);
      last = accepted(await refresh(last, 'a'))['refreshToken'];
    }
    const expiries = (await tokens()).map((row) => (row['expires_at'] as Date).getTime());
    const end = endOf(await session());
    assert.equal(Math.max(...expiries), end, 'capped by the session');
    house.clock.advance(6 * DAY);
    refused(await refresh(last, 'b'), 'invalid_refresh_token');
  });

  it('is refused alike for an unknown token, an ended session and a locked account', async () => {
    const unknown = `cr1.${id}.${'A'.repeat(43)}`;
    assert.equal(refused(await refresh(unknown, 'a'), 'invalid_refresh_token'), undefined);
    await house.rows("UPDATE account SET status = 'locked' WHERE id = $1", minted.userId);
    assert.equal(
      refused(await refresh(minted.refreshToken, 'a'), 'invalid_refresh_token'),
      undefined,
    );
    await house.rows("UPDATE account SET status = 'active' WHERE id = $1", minted.userId);
    accepted(await house.call('session.close', {}, bearer(minted.accessToken)));
    assert.equal(
      refused(await refresh(minted.refreshToken, 'a'), 'invalid_refresh_token'),
      undefined,
    );
    assert.deepEqual(house.ended, []);
  });

  it('is not valid in another workspace, and not in one that does not exist', async () => {
    const other = await house.workspace();
    const secret = minted.refreshToken.split('.').at(-1) ?? '';
    refused(await refresh(`cr1.${other.id}.${secret}`, 'a'), 'invalid_refresh_token');
    const nowhere = '01890000-0000-7000-8000-000000000000';
    refused(await refresh(`cr1.${nowhere}.${secret}`, 'a'), 'invalid_refresh_token');
    accepted(await refresh(minted.refreshToken, 'a'));
  });

  it('is found under the key of its time while digest keys rotate, its retries included', async () => {
    const digestKeys = { current: 'next', keys: { ...DIGEST_KEYS.keys, ...ring('next').keys } };
    const next = await openHouse({ clock: house.clock, digestKeys });
    try {
      const grant = accepted(await refresh(minted.refreshToken, 'a', next));
      const again = accepted(await refresh(minted.refreshToken, 'a', next));
      assert.equal(again['refreshToken'], grant['refreshToken']);
      accepted(await refresh(grant['refreshToken'], 'b', next));
      const keys = (await tokens()).map((row) => row['digest_key']);
      assert.equal(keys.filter((key) => key === 'next').length, 2);
    } finally {
      await next.close();
    }
  });

  for (const [name, input] of [
    ['a malformed token', { refreshToken: 'cr1.x.y', nonce: nonce('a') }],
    [
      'an invitation for a token',
      {
        refreshToken: `ci1.01890000-0000-7000-8000-000000000000.${'A'.repeat(43)}`,
        nonce: nonce('a'),
      },
    ],
    ['no nonce', { refreshToken: `cr1.01890000-0000-7000-8000-000000000000.${'A'.repeat(43)}` }],
    [
      'a nonce of 15 characters',
      {
        refreshToken: `cr1.01890000-0000-7000-8000-000000000000.${'A'.repeat(43)}`,
        nonce: 'a'.repeat(15),
      },
    ],
    [
      'a nonce of 65 characters',
      {
        refreshToken: `cr1.01890000-0000-7000-8000-000000000000.${'A'.repeat(43)}`,
        nonce: 'a'.repeat(65),
      },
    ],
  ] as const)
    it(`refuses ${name} as invalid_input`, async () => {
      refused(await house.call('session.refresh', input), 'invalid_input');
    });
});

const endOf = (session: Record<string, unknown> | undefined): number =>
  (session?.['expires_at'] as Date).getTime();
