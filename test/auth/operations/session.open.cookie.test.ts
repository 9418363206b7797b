/** Signing in by cookie gives a page an access token, and its browser a refresh token that the page never sees. */
import assert from 'node:assert/strict';
import { REFRESH_COOKIE } from '../../../src/contract/index.ts';
import { rows } from '../../chat/support.ts';
import type { World } from '../../support/world.ts';
import { Browser, refused, worldOfPages, WRONG_ORIGINS } from '../browser.ts';
import { Resident } from '../residents.ts';

const WEEK_SECONDS = 7 * 24 * 60 * 60;

describe('session.open by cookie', () => {
  let world: World;
  let ada: Resident;
  let browser: Browser;
  before(async () => {
    world = await worldOfPages();
    ada = await Resident.create(world);
  });
  beforeEach(() => {
    browser = new Browser(world.url);
  });
  after(() => world.end());

  const claim = (delivery?: string) => ({
    ...{ workspace: world.slug, email: ada.email, password: ada.password },
    ...(delivery !== undefined && { delivery }),
  });
  const sessions = () =>
    rows(world, 'SELECT id FROM session WHERE workspace_id = $1', world.workspaceId);

  it('keeps the refresh token out of the body and in a cookie of one host, as long as it lives', async () => {
    const { status, body, set } = await browser.ask('POST', '/v1/sessions', claim('cookie'));
    assert.equal(status, 201);
    assert.ok(!('refreshToken' in body));
    assert.equal(body['refreshExpiresIn'], WEEK_SECONDS);
    assert.ok(browser.kept?.startsWith('cr1.'));
    assert.ok(!JSON.stringify(body).includes(String(browser.kept)));
    assert.equal(set.length, 1);
    const [pair, ...attributes] = (set[0] ?? '').split('; ');
    assert.equal(pair, `${REFRESH_COOKIE}=${browser.kept}`);
    const lasting = attributes.filter((attribute) => !attribute.startsWith('Expires='));
    const expected = [`Max-Age=${WEEK_SECONDS}`, 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict'];
    assert.deepEqual(lasting.sort(), expected.sort());
    const token = String(body['accessToken']);
    assert.equal((await browser.ask('GET', '/v1/me', null, { token })).status, 200);
  });

  it('sets no cookie unless it is asked for', async () => {
    for (const delivery of [undefined, 'body']) {
      const { body, set } = await browser.ask('POST', '/v1/sessions', claim(delivery));
      assert.match(String(body['refreshToken']), /^cr1\./);
      assert.deepEqual(set, []);
    }
    await ada.tries().accepted();
  });

  it('is refused to pages of other origins and to whoever names none, and opens nothing', async () => {
    const before = await sessions();
    for (const origin of WRONG_ORIGINS)
      refused(
        await browser.ask('POST', '/v1/sessions', claim('cookie'), { origin }),
        'origin_not_allowed',
      );
    assert.deepEqual(await sessions(), before);
  });

  it('sets no cookie for a password that is wrong, or a delivery that there is none', async () => {
    const wrong = { ...claim('cookie'), password: 'Not the password 1!' };
    refused(await browser.ask('POST', '/v1/sessions', wrong), 'invalid_credentials');
    for (const delivery of ['Cookie', '', null, ['cookie'], true])
      refused(await browser.ask('POST', '/v1/sessions', { ...claim(), delivery }), 'invalid_input');
  });
});
