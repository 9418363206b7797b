/** Signing out by cookie ends the session and takes the cookie away, for pages of an allowed origin alone. */
import assert from 'node:assert/strict';
import type { World } from '../../support/world.ts';
import { Browser, cleared, refused, worldOfPages, WRONG_ORIGINS } from '../browser.ts';
import { Resident } from '../residents.ts';

const CURRENT = '/v1/sessions/current?delivery=cookie';

describe('session.close by cookie', () => {
  let world: World;
  let ada: Resident;
  let browser: Browser;
  let token: string;
  before(async () => {
    world = await worldOfPages();
  });
  beforeEach(async () => {
    ada = await Resident.create(world);
    browser = new Browser(world.url);
    token = await browser.signIn(ada, world.slug);
  });
  after(() => world.end());

  it('ends the session and clears the cookie', async () => {
    const { cookie } = browser;
    const { body, set } = await browser.ask('DELETE', CURRENT, null, { token });
    assert.deepEqual(body, { closed: true });
    cleared({ set });
    assert.equal(browser.kept, null);
    const late = await browser.refresh('a', { cookie });
    assert.equal(late.body['code'], 'invalid_refresh_token');
    cleared(late);
    refused(await browser.ask('GET', '/v1/me', null, { token }), 'unauthenticated');
  });

  it('is refused to other origins, and to whoever has only the cookie; the session goes on', async () => {
    for (const origin of WRONG_ORIGINS)
      refused(await browser.ask('DELETE', CURRENT, null, { token, origin }), 'origin_not_allowed');
    for (const path of [CURRENT, '/v1/sessions?keepCurrent=false&delivery=cookie'])
      refused(await browser.ask('DELETE', path, null), 'unauthenticated');
    assert.equal((await browser.refresh('a')).status, 200);
  });

  it('leaves the cookie alone unless it is asked for, also on a socket, which has none', async () => {
    const person = await ada.arrives();
    const connection = await person.connect();
    await connection.raw('session.close', { delivery: 'cookie' }).refused('invalid_input');
    await connection.raw('session.revoke-all', { delivery: 'cookie' }).refused('invalid_input');
    await connection.call('session.close', { delivery: 'body' }).accepted();
    const { body, set } = await browser.ask('DELETE', '/v1/sessions/current', null, { token });
    assert.deepEqual([body, set], [{ closed: true }, []]);
  });
});
