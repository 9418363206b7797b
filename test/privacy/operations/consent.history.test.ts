/** People see all that they ever said, page by page, with about whence; and nobody what others said. */
import assert from 'node:assert/strict';
import { misshapen } from '../../chat/support.ts';
import { gives, withdraws } from '../../consented/support.ts';
import { World } from '../../support/world.ts';

describe('consent.history', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('shows everything once, the newest first, with an address in outline', async () => {
    const [ada, bob] = [await world.person('Ada'), await world.person('Bob')];
    await gives(ada, 'analytics');
    await gives(ada, 'mention-mail');
    await withdraws(ada, 'analytics');
    const first = await ada.call('consent.history', { limit: 2 }).accepted();
    assert.equal(first.more, true);
    const before = first.acts.at(-1)?.seq;
    assert.ok(before);
    const path = `/v1/me/consents/history?before=${before}`;
    const rest = await ada.http<typeof first>('GET', path).accepted();
    assert.equal(rest.more, false);
    const all = [...first.acts, ...rest.acts];
    assert.deepEqual(
      all.map(({ seq, purpose, decision }) => [seq, purpose, decision]),
      [
        [3, 'analytics', 'withdrawn'],
        [2, 'mention-mail', 'granted'],
        [1, 'analytics', 'granted'],
      ],
    );
    for (const { address, at } of all) {
      assert.equal(address, '127.0.0.*');
      assert.equal(at, world.clock.now().getTime());
    }
    assert.deepEqual((await bob.call('consent.history', {}).accepted()).acts, []);
  });

  it('is refused as invalid_input for pages that there are not', async () => {
    const ada = await world.person('Ada');
    await ada.call('consent.history', { limit: 0 }).refused('invalid_input');
    await misshapen(
      world,
      ada,
      'consent.history',
      { limit: 1 },
      {
        nothing: { before: 0 },
        'too many': { limit: 201 },
        'from nowhere': { before: 2_147_483_648 },
        'of another': { userId: ada.userId },
      },
    );
  });
});
