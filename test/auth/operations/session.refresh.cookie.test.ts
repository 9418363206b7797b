/** A refresh by cookie rotates the token where no page sees it, for pages of an allowed origin, and never out of two places. */
import assert from 'node:assert/strict';
import { REFRESH_COOKIE } from '../../../src/contract/index.ts';
import { rows } from '../../chat/support.ts';
import { DAY } from '../../support/hand-clock.ts';
import type { World } from '../../support/world.ts';
import { Browser, cleared, PAGE, refused, worldOfPages, WRONG_ORIGINS } from '../browser.ts';
import { Resident } from '../residents.ts';

describe('session.refresh by cookie', () => {
  let world: World;
  let ada: Resident;
  let browser: Browser;
  before(async () => {
    world = await worldOfPages();
  });
  beforeEach(async () => {
    ada = await Resident.create(world);
    browser = new Browser(world.url);
    await browser.signIn(ada, world.slug);
  });
  after(() => world.end());

  const tokens = () =>
    rows(
      world,
      'SELECT t::text AS whole, s.ended_at FROM refresh_token t JOIN session s ON s.id = t.session_id WHERE s.workspace_id = $1 ORDER BY 1',
      world.workspaceId,
    );
  const used = (name: string) => `${REFRESH_COOKIE}=${name}`;
  const body = (refreshToken: string | null, nonce: string) => ({
    refreshToken,
    nonce: nonce.padEnd(22, '-'),
  });

  it('gives the page a fresh access token and its browser the successor, for a week again', async () => {
    const first = browser.kept;
    world.clock.forward(DAY);
    const answer = await browser.refresh('a');
    assert.equal(answer.status, 200);
    assert.ok(!('refreshToken' in answer.body));
    assert.match(answer.set[0] ?? '', /Max-Age=604800;/);
    assert.ok(browser.kept?.startsWith('cr1.') && browser.kept !== first);
    const token = String(answer.body['accessToken']);
    assert.equal((await browser.ask('GET', '/v1/me', null, { token })).status, 200);
    assert.equal((await browser.refresh('b')).status, 200);
  });

  it('gives the same successor to the same nonce, though the first answer was lost, and it lasts no longer for it', async () => {
    const before = browser.cookie;
    await browser.refresh('a');
    const lost = browser.kept;
    world.clock.forward(10_000);
    const again = await browser.refresh('a', { cookie: before });
    assert.equal(browser.kept, lost);
    assert.equal(again.body['refreshExpiresIn'], 7 * 24 * 60 * 60 - 10);
  });

  it('ends the session when a used cookie comes with another nonce', async () => {
    const before = browser.cookie;
    await browser.refresh('a');
    const newest = browser.cookie;
    const takesAway = async (nonce: string, cookie: string | null) => {
      const { body, set } = await browser.refresh(nonce, { cookie });
      assert.equal(body['code'], 'invalid_refresh_token');
      cleared({ set });
    };
    await takesAway('b', before);
    await takesAway('c', newest);
    refused(await browser.refresh('d'), 'invalid_refresh_token'); // no cookie, and none to take away
  });

  it('is refused to pages of other origins and to whoever names none, and uses nothing up', async () => {
    const before = await tokens();
    for (const origin of WRONG_ORIGINS)
      refused(await browser.refresh('a', { origin }), 'origin_not_allowed');
    assert.deepEqual(await tokens(), before);
    assert.equal((await browser.refresh('a')).status, 200);
  });

  it('is refused where a token comes in two places, whatever is asked for, and uses nothing up', async () => {
    const { refreshToken } = await ada.tries().accepted();
    const { kept } = browser;
    assert.ok(kept);
    const before = await tokens();
    const twice = [
      () => browser.refresh('a', {}, { refreshToken }),
      () => browser.refresh('a', {}, { refreshToken: kept }),
      () => browser.refresh('a', { cookie: null }, { refreshToken }),
      () => browser.refresh('a', {}, { refreshToken, delivery: 'body' }),
      () => browser.refresh('a', { origin: null }, { refreshToken: kept, delivery: 'body' }),
      () => browser.refresh('a', { cookie: `${used(kept)}; ${used(refreshToken)}` }),
      () => browser.refresh('a', { cookie: `${used(kept)};${used(kept)}` }),
      () => browser.refresh('a', { cookie: `a=b;\t${REFRESH_COOKIE} =x; ${used(kept)}` }),
    ];
    for (const ask of twice) refused(await ask(), 'ambiguous_credential');
    assert.deepEqual(await tokens(), before);
    const alone = await browser.ask('POST', '/v1/sessions/refresh', body(refreshToken, 'a'), {
      ...{ cookie: null, origin: null },
    });
    assert.equal(alone.status, 200);
    assert.deepEqual(alone.set, []);
  });

  it('is a session that is not there without a cookie, and takes no token out of anywhere else', async () => {
    const { kept } = browser;
    refused(await browser.refresh('a', { cookie: null }), 'invalid_refresh_token');
    for (const name of [
      'conclave-refresh',
      `__Secure-conclave-refresh`,
      REFRESH_COOKIE.toLowerCase(),
      `x${REFRESH_COOKIE}`,
    ])
      refused(await browser.refresh('a', { cookie: `${name}=${kept}` }), 'invalid_refresh_token');
    for (const value of ['', 'x', `${kept}x`, `${kept?.slice(0, -1)}`, '%00', 'cr1..'])
      refused(await browser.refresh('a', { cookie: used(value) }), 'invalid_input');
    const nonce = 'a'.repeat(22);
    // Not asked for, the cookie counts for nothing.
    refused(await browser.ask('POST', '/v1/sessions/refresh', { nonce }), 'invalid_input');
    const inQuery = `/v1/sessions/refresh?refreshToken=${kept}`;
    refused(await browser.ask('POST', inQuery, { nonce, delivery: 'cookie' }), 'invalid_input');
    assert.equal((await browser.refresh('b')).status, 200);
  });

  it('changes nothing by GET, whoever asks: no answer sets a cookie and no token is used', async () => {
    const before = await tokens();
    for (const path of ['/v1/sessions/refresh', '/v1/sessions', '/v1/sessions/current', '/v1/me'])
      for (const method of ['GET', 'HEAD'])
        for (const origin of [PAGE, 'https://evil.example', null]) {
          const response = await fetch(`${world.url}${path}`, {
            method,
            headers: {
              ...(browser.cookie !== null && { cookie: browser.cookie }),
              ...(origin !== null && { origin }),
            },
          });
          assert.ok(response.status >= 400, `${method} ${path}`);
          assert.deepEqual(response.headers.getSetCookie(), []);
        }
    assert.deepEqual(await tokens(), before);
  });

  it('leaves no token in the log', async () => {
    await browser.refresh('a');
    await browser.refresh('b', { origin: 'https://evil.example' });
    const logged = world.logged.join('\n');
    assert.ok(!logged.includes('cr1.') && !logged.includes(REFRESH_COOKIE));
  });
});
