/** One's own deletions, the newest first: how far each is can be read when nothing was heard of it. */
import assert from 'node:assert/strict';
import { World } from '../../support/world.ts';
import { misshapen } from '../../chat/support.ts';
import { scene } from '../support.ts';

describe('deletion.list', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('tells who asked how far each is, the newest first, and nobody else', async () => {
    const { channelId, bob, keeper, alice, staff } = await scene(world);
    const input = { channelId, authorId: bob.userId, reason: 'spam' };
    const { deletionId } = await keeper.call('message.delete-many', input).accepted();
    await keeper.hears('moderation.progress', (told) => told.finished);
    const [first, ...none] = (await keeper.call('deletion.list', {}).accepted()).deletions;
    assert.deepEqual(none, []);
    assert.deepEqual(
      [first?.id, first?.channelId, first?.authorId, first?.deleted, first?.finished],
      [deletionId, channelId, bob.userId, 1, true],
    );
    const { deletionId: later } = await keeper.call('message.delete-many', input).accepted();
    const both = (await keeper.http('GET', '/v1/deletions?limit=2').accepted()) as {
      deletions: { id: string }[];
    };
    assert.deepEqual(
      both.deletions.map(({ id }) => id),
      [later, deletionId],
    );
    for (const other of [alice, bob, staff])
      assert.deepEqual((await other.call('deletion.list', {}).accepted()).deletions, []);
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const person = await world.person('Person');
    await person.call('deletion.list', { limit: 51 }).refused('invalid_input');
    await misshapen(world, person, 'deletion.list', {}, { nothing: { limit: 0 } });
  });
});
