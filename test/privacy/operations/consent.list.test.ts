/** People see what they can agree to, in words; nothing is on that they did not give. */
import assert from 'node:assert/strict';
import { ConsentPurpose } from '../../../src/contract/index.ts';
import { PURPOSES } from '../../../src/privacy/index.ts';
import { gives, withdraws } from '../../consented/support.ts';
import { World } from '../../support/world.ts';

describe('consent.list', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('shows every purpose with its text, and none of them is on by itself', async () => {
    const ada = await world.person('Ada');
    const { consents } = await ada.call('consent.list', {}).accepted();
    assert.deepEqual(
      consents.map(({ purpose }) => purpose),
      ConsentPurpose.options,
    );
    for (const { purpose, consented, latest, text, title, version } of consents) {
      assert.deepEqual([consented, latest], [false, null]);
      const known = PURPOSES[purpose];
      assert.deepEqual([known.text, known.title, known.version], [text, title, version]);
      assert.ok(known.askedBy.length > 0 && !known.isOnByDefault);
    }
  });

  it('shows how each stands, apart from the others and from those of others', async () => {
    const [ada, bob] = [await world.person('Ada'), await world.person('Bob')];
    await gives(ada, 'analytics');
    const stand = async (of: typeof ada) => {
      const { consents } = await of.call('consent.list', {}).accepted();
      return consents.map(({ consented, latest }) => [consented, latest?.decision ?? null]);
    };
    const nothing = [false, null];
    assert.deepEqual(await stand(ada), [nothing, [true, 'granted']]);
    assert.deepEqual(await stand(bob), [nothing, nothing]);
    await withdraws(ada, 'analytics');
    assert.deepEqual(await stand(ada), [nothing, [false, 'withdrawn']]);
  });

  it('is there over HTTP, and refused to who is nobody or asks for more', async () => {
    const ada = await world.person('Ada');
    await ada.http('GET', '/v1/me/consents').accepted();
    const { status } = await fetch(`${world.url}/v1/me/consents`);
    assert.equal(status, 401);
    await ada.http('GET', `/v1/me/consents?userId=${ada.userId}`).refused('invalid_input');
    const reply = await ada.connection.raw('consent.list', { userId: ada.userId });
    assert.equal(reply.ok ? 'ok' : reply.error.code, 'invalid_input');
  });
});
