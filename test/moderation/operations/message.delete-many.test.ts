/** Bulk deletion: every message of one author once, in short steps, told to all, while others go on writing. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelId, UserId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { allRefused, archive, audited, misshapen, row, rows } from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('message.delete-many', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    s = await scene(world);
  });
  after(() => world.end());

  const writes = async (person: Person, count: number) => {
    for (let left = count; left > 0; left -= 50)
      await Promise.all(
        Array.from({ length: Math.min(left, 50) }, () =>
          person.send(s.channelId, 'spam', world.clientId()).accepted(),
        ),
      );
  };
  const begin = (more: object = {}, by = s.keeper) => {
    const { channelId, bob } = s;
    const input = { channelId, authorId: bob.userId, reason: 'canary: flood', ...more };
    return by.call('message.delete-many', input);
  };
  const finished = (deletionId: string, by = s.keeper) =>
    by.hears('moderation.progress', (told) => told.deletionId === deletionId && told.finished);
  const kept = () =>
    rows(
      world,
      `SELECT author_id, deleted_by FROM message WHERE channel_id = $1 AND body_sealed IS NOT NULL`,
      s.channelId,
    );

  it('takes few at a time where many reacted', async () => {
    const { channelId, bob, keeper } = s;
    await writes(bob, 4);
    await world.database.query(
      `UPDATE message SET reactions = jsonb_build_array(jsonb_build_object('emoji', 'x', 'count', 6000))
       WHERE channel_id = $1 AND author_id = $2`,
      [channelId, bob.userId],
    );
    const { deletionId } = await begin().accepted();
    const { deleted } = await finished(deletionId);
    const steps = keeper.connection.heard.flatMap(({ event, payload }) =>
      event === 'moderation.progress' ? [(payload as { deleted: number }).deleted] : [],
    );
    assert.deepEqual(
      steps.slice(-deleted),
      Array.from({ length: deleted }, (_, i) => i + 1),
    );
  });

  it('deletes all of the author and nothing of others, each at a revision of its own', async () => {
    const { channelId, bob, carol, keeper } = s;
    await writes(bob, 129);
    await writes(carol, 3);
    const text = 'SELECT last_rev, last_seq FROM channel WHERE id = $1';
    const before = await row(world, text, channelId);
    await carol.call('channel.subscribe', { channelId }).accepted();
    const { deletionId } = await begin().accepted();
    await carol.send(channelId, 'meanwhile', world.clientId()).accepted();
    assert.equal((await finished(deletionId)).deleted, 130);
    const after = await row(world, text, channelId);
    assert.equal(Number(after['last_rev']) - Number(before['last_rev']), 131);
    assert.deepEqual([...new Set((await kept()).map((one) => one['author_id']))], [carol.userId]);
    const gone = await rows(
      world,
      'SELECT rev FROM message WHERE channel_id = $1 AND deleted_by = $2',
      channelId,
      keeper.userId,
    );
    assert.equal(new Set(gone.map(({ rev }) => String(rev))).size, 130);
    const last = Math.max(...gone.map(({ rev }) => Number(rev)));
    await carol.hearsMessage(({ rev, content }) => rev === last && content === 'deleted');
    const told = carol.connection.events().filter((e) => e.kind === 'message');
    assert.equal(told.filter(({ message }) => message.content === 'deleted').length, 130);
    for (const { events } of carol.connection.frames()) assert.ok(events.length <= 60);
  });

  it('is audited and told to the author with its reason', async () => {
    const { channelId, bob, keeper } = s;
    const { deletionId } = await begin().accepted();
    await finished(deletionId);
    const [event] = await audited(world, 'message.delete-many', channelId);
    assert.deepEqual(
      [event?.['actor_id'], event?.['subject_id'], event?.['details']],
      [keeper.userId, bob.userId, { deletionId, from: null, to: null }],
    );
    const { acts } = await bob.call('moderation.mine', {}).accepted();
    assert.deepEqual(
      acts.map(({ kind, reason }) => [kind, reason]),
      [['delete-many', 'canary: flood']],
    );
  });

  it('keeps to the time that was named, and to what was there when it was asked for', async () => {
    const { channelId, bob } = s;
    world.clock.forward(10_000);
    const from = world.clock.now().getTime();
    await bob.send(channelId, 'in between', world.clientId()).accepted();
    world.clock.forward(10_000);
    const to = world.clock.now().getTime();
    await bob.send(channelId, 'later', world.clientId()).accepted();
    const { deletionId } = await begin({ from, to }).accepted();
    assert.equal((await finished(deletionId)).deleted, 1);
    assert.equal((await kept()).length, 2);
  });

  it('deletes each message once, however often and in how many places the job is run', async () => {
    const { bob, channelId } = s;
    await writes(bob, 150);
    const { deletionId } = await begin().accepted();
    // As after a node was killed between its commit and the end of the job: it runs again, and beside another.
    await world.database.query(
      `SELECT graphile_worker.add_job('moderation.delete-many',
         json_build_object('workspaceId', $1::uuid, 'about', json_build_object('deletionId', $2::uuid)))
       FROM generate_series(1, 3)`,
      [world.workspaceId, deletionId],
    );
    const { deleted } = await finished(deletionId);
    assert.equal(deleted, 151);
    const { deletionId: another } = await begin().accepted();
    assert.equal((await finished(another)).deleted, 0);
    const text = 'SELECT count(DISTINCT rev) AS n FROM message WHERE channel_id = $1';
    assert.equal(Number((await row(world, text, channelId))['n']), 151);
  });

  it('is forbidden to members, and not_found for strangers, channels and authors that are none', async () => {
    const stranger = await world.person('Stranger');
    await begin({}, s.carol).refused('forbidden');
    await begin({}, s.bob).refused('forbidden');
    await allRefused('not_found', [
      begin({}, stranger),
      begin({}, s.staff),
      begin({ channelId: randomUUID() as ChannelId }),
      begin({ authorId: randomUUID() as UserId }),
    ]);
  });

  it('is refused as channel_archived, and as invalid_input when its shape is wrong', async () => {
    const good = { channelId: s.channelId, authorId: s.bob.userId, reason: 'no' };
    await misshapen(world, s.keeper, 'message.delete-many', good, {
      'no reason': { reason: '' },
      'a time that is none': { from: -1 },
    });
    await archive(world, { id: s.channelId });
    await begin().refused('channel_archived');
  });
});
