/** Calling off: what is deleted stays deleted, nothing more is, and only who asked for it can. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { World } from '../../support/world.ts';
import { allRefused, audited, misshapen, rows } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('deletion.cancel', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
    s = await scene(world);
  });
  after(() => world.end());

  const begin = async () => {
    const { channelId, bob, keeper } = s;
    const input = { channelId, authorId: bob.userId, reason: 'spam' };
    return (await keeper.call('message.delete-many', input).accepted()).deletionId;
  };

  it('ends it between two steps, tells who asked, and is on record', async () => {
    const { channelId, bob, keeper } = s;
    const count = 400; // eight steps, with a pause after each
    for (let left = count; left > 0; left -= 50)
      await Promise.all(
        Array.from({ length: 50 }, () => bob.send(channelId, 'x', world.clientId()).accepted()),
      );
    const deletionId = await begin();
    await keeper.hears('moderation.progress', (told) => told.deletionId === deletionId);
    const ended = await keeper.call('deletion.cancel', { deletionId }).accepted();
    assert.equal(ended.finished, true);
    assert.ok(ended.deleted >= 50 && ended.deleted < count, String(ended.deleted));
    await keeper.hears('moderation.progress', (told) => told.finished);
    // A run of the job that was under way, or comes later, finds nothing to do.
    await world.database.query(
      `SELECT graphile_worker.add_job('moderation.delete-many',
         json_build_object('workspaceId', $1::uuid, 'about', json_build_object('deletionId', $2::uuid)))`,
      [world.workspaceId, deletionId],
    );
    const another = await begin();
    await keeper.hears('moderation.progress', (t) => t.deletionId === another && t.finished);
    const [first, second] = (await keeper.call('deletion.list', {}).accepted()).deletions;
    assert.equal(second?.deleted, ended.deleted, 'the one that was called off went no further');
    assert.equal(first?.deleted, count + 1 - ended.deleted);
    const [event] = await audited(world, 'deletion.cancel', channelId);
    assert.deepEqual(
      [event?.['actor_id'], event?.['subject_id'], event?.['details']],
      [keeper.userId, bob.userId, { deletionId, deleted: ended.deleted }],
    );
    const left = 'SELECT FROM message WHERE channel_id = $1 AND body_sealed IS NOT NULL';
    assert.equal((await rows(world, left, channelId)).length, 0);
  });

  it('leaves a finished one as it is', async () => {
    const { keeper } = s;
    const deletionId = await begin();
    await keeper.hears('moderation.progress', (t) => t.deletionId === deletionId && t.finished);
    const [was] = (await keeper.call('deletion.list', {}).accepted()).deletions;
    const path = `/v1/deletions/${deletionId}/cancellation`;
    assert.deepEqual(await keeper.http('POST', path).accepted(), was);
  });

  it('is refused as not_found, all alike, to everybody else', async () => {
    const deletionId = await begin();
    const { alice, bob, staff, keeper } = s;
    await allRefused('not_found', [
      ...[alice, bob, staff].map((other) => other.call('deletion.cancel', { deletionId })),
      keeper.call('deletion.cancel', { deletionId: randomUUID() }),
    ]);
    await bob.call('deletion.cancel', { deletionId }).refused('not_found');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const deletionId = await begin();
    const wrong = { 'no id': { deletionId: 'x' } };
    await misshapen(world, s.keeper, 'deletion.cancel', { deletionId }, wrong);
    await s.keeper.call('deletion.cancel', { deletionId: 'x' }).refused('invalid_input');
  });
});
