/** Ending all sessions takes the cookie away when the session that asks is among them, for pages of an allowed origin alone. */
import assert from 'node:assert/strict';
import type { World } from '../../support/world.ts';
import { Browser, cleared, refused, worldOfPages, WRONG_ORIGINS } from '../browser.ts';
import { Resident } from '../residents.ts';

describe('session.revoke-all by cookie', () => {
  let world: World;
  before(async () => {
    world = await worldOfPages();
  });
  after(() => world.end());

  it('clears it when the session that asks ends too, and only then', async () => {
    const browser = new Browser(world.url);
    const token = await browser.signIn(await Resident.create(world), world.slug);
    const all = (rest: string) => browser.ask('DELETE', `/v1/sessions?${rest}`, null, { token });
    for (const kept of ['delivery=cookie', 'keepCurrent=true&delivery=cookie']) {
      const { body, set } = await all(kept);
      assert.deepEqual([body, set], [{ revoked: 0 }, []]);
    }
    assert.equal((await browser.refresh('a')).status, 200);
    for (const origin of WRONG_ORIGINS) {
      const path = '/v1/sessions?keepCurrent=false&delivery=cookie';
      refused(await browser.ask('DELETE', path, null, { token, origin }), 'origin_not_allowed');
    }
    const { body, set } = await all('keepCurrent=false&delivery=cookie');
    assert.deepEqual(body, { revoked: 1 });
    cleared({ set });
    assert.equal(browser.kept, null);
  });
});
