/** People see where they are signed in, in outline, and nothing of anybody else's sessions. */
import assert from 'node:assert/strict';
import { clientOf } from '../../../src/auth/devices.ts';
import type { OutputOf } from '../../support/connection.ts';
import { DAY, MINUTE } from '../../support/hand-clock.ts';
import { World } from '../../support/world.ts';
import { changesNothing } from '../../chat/support.ts';
import { Resident } from '../residents.ts';

type Listed = OutputOf<'session.list'>;

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('session.list', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('shows each live session once, the newest first, with the one that asks marked', async () => {
    const ada = await Resident.create(world);
    const laptop = await ada.arrives({ device: 'Laptop', userAgent: FIREFOX });
    const opened = world.clock.now().getTime();
    world.clock.forward(MINUTE);
    const phone = await ada.arrives({ userAgent: 'conclave-cli/1.0' });
    await Resident.create(world, 'Bob').then((bob) => bob.arrives());
    await phone.connect();
    await changesNothing(world, async () => {
      const { sessions, next } = await phone.call('session.list', {}).accepted();
      assert.deepEqual(
        sessions.map(({ id, device, client, address, current }) => {
          return { id, device, client, address, current };
        }),
        [
          ...[{ id: phone.sessionId, device: null, client: 'conclave-cli', current: true }],
          ...[
            { id: laptop.sessionId, device: 'Laptop', client: 'Firefox on Linux', current: false },
          ],
        ].map((session) => ({ ...session, address: '127.0.0.*' })),
      );
      const [, first] = sessions;
      assert.deepEqual([first?.createdAt, first?.lastUsedAt], [opened, opened]);
      assert.equal(first?.expiresAt, opened + 90 * DAY);
      assert.equal(next, null);
    });
    const overHttp = await laptop.http<Listed>('GET', '/v1/sessions').accepted();
    assert.deepEqual(
      overHttp.sessions.map(({ current }) => current),
      [false, true],
    );
    phone.leave();
  });

  it('tells when a session was last used: when its tokens were renewed', async () => {
    const ada = await Resident.create(world);
    const laptop = await ada.arrives();
    world.clock.forward(5 * MINUTE);
    const renewal = { refreshToken: laptop.refreshToken, nonce: 'a-nonce-of-this-try' };
    await laptop.http('POST', '/v1/sessions/refresh', renewal).accepted();
    const { sessions } = await laptop.http<Listed>('GET', '/v1/sessions').accepted();
    assert.deepEqual(
      sessions.map(({ createdAt, lastUsedAt }) => lastUsedAt - createdAt),
      [5 * MINUTE],
    );
  });

  it('leaves out what was ended and what has expired', async () => {
    const ada = await Resident.create(world);
    const [old, gone, here] = [await ada.arrives(), await ada.arrives(), await ada.arrives()];
    await gone.http('DELETE', '/v1/sessions/current').accepted();
    const expired = 'UPDATE session SET expires_at = $2 WHERE id = $1';
    await world.database.query(expired, [old.sessionId, world.clock.now()]);
    const { sessions } = await here.http<Listed>('GET', '/v1/sessions').accepted();
    assert.deepEqual(
      sessions.map(({ id }) => id),
      [here.sessionId],
    );
  });

  it('comes in pages that begin where the last one ended', async () => {
    const ada = await Resident.create(world);
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      ids.unshift((await ada.arrives()).sessionId);
      world.clock.forward(1);
    }
    const here = await ada.arrives();
    const page = (query: string) => here.http<Listed>('GET', `/v1/sessions?${query}`).accepted();
    const first = await page('limit=4');
    assert.equal(first.next, first.sessions.at(-1)?.id);
    const second = await page(`limit=4&after=${String(first.next)}`);
    assert.equal(second.next, null);
    assert.deepEqual(
      [...first.sessions, ...second.sessions].map(({ id }) => id),
      [here.sessionId, ...ids],
    );
  });

  it('says nothing of a device that does not open, and raises an alarm', async () => {
    const ada = await Resident.create(world);
    const other = await ada.arrives({ device: 'Laptop' });
    world.clock.forward(1);
    const here = await ada.arrives();
    await world.database.query(
      `UPDATE session SET device_sealed = b.device_sealed FROM session b
       WHERE session.id = $1 AND b.id = $2`,
      [here.sessionId, other.sessionId],
    );
    const { sessions } = await here.http<Listed>('GET', '/v1/sessions').accepted();
    assert.deepEqual(
      sessions.map(({ device, client }) => [device, client]),
      [
        [null, null],
        ['Laptop', 'Story'],
      ],
    );
    const alarms = world.logged.filter((line) => line.includes('"kind":"device"'));
    assert.equal(alarms.filter((line) => line.includes(here.userId)).length, 1);
  });

  it('is refused without a live session, and as invalid_input when its shape is wrong', async () => {
    const ada = await world.person('Ada');
    for (const input of [
      { limit: 0 },
      { limit: 201 },
      { after: 'x' },
      { userId: ada.userId },
      null,
    ])
      await ada.connection.raw('session.list', input).refused('invalid_input');
    await ada.http('DELETE', '/v1/sessions/current').accepted();
    await ada.http('GET', '/v1/sessions').refused('unauthenticated');
  });
});

describe('the client of a session', () => {
  const KIT = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15';
  const CHROME = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36';
  for (const [userAgent, client] of [
    [FIREFOX, 'Firefox on Linux'],
    [`${CHROME} Edg/140.0`, 'Edge on Windows'],
    [CHROME, 'Chrome on Windows'],
    [`${KIT} Version/19.0 Mobile/15E148 Safari/604.1`, 'Safari on iPhone'],
    ['conclave-cli/1.0', 'conclave-cli'],
    ['curl', 'curl'],
    ['<script>alert(1)</script>', null],
    [`${'x'.repeat(41)}/1`, null],
    ['', null],
    [null, null],
  ] as const)
    it(`of ${userAgent ?? 'no User-Agent'} is called ${client ?? 'nothing'}`, () => {
      assert.equal(clientOf(userAgent), client);
    });
});
