/** What goes with the oldest posts: their former texts, and all that others made of them. */
import assert from 'node:assert/strict';
import { truncateChannel, YOUNGEST_TRUNCATED_MS } from '../../src/chat/index.ts';
import { readConfig } from '../../src/config.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import type { Person } from '../support/person.ts';
import { ROOMY, World } from '../support/world.ts';
import { quietChannel, rows } from './support.ts';

describe('the truncation of a channel in which people reacted', () => {
  const config = readConfig({ ...process.env, ...ROOMY });
  let world: World;
  let postgres: Postgres;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...config.database, connections: 2 });
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  it('takes along what others made of what went, and what it said before, and nothing else', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    for (const body of ['old', 'new']) {
      const send = { channelId, body, clientId: world.clientId(), mentions: [bob.userId] };
      const { id: messageId } = await alice.call('message.send', send).accepted();
      const input = { channelId, messageId };
      await alice.call('message.edit', { ...input, body: 'x', mentions: [bob.userId] }).accepted();
      await bob.call('message.react', { ...input, emoji: '👍' }).accepted();
      await alice.call('message.pin', input).accepted();
    }
    const { workspaceId } = world;
    const now = new Date(world.clock.now().getTime() + YOUNGEST_TRUNCATED_MS + 1);
    await postgres.transaction(workspaceId, 'own', (tx) =>
      truncateChannel(tx, workspaceId, { channelId, belowSeq: 2, now }),
    );
    for (const table of ['message_version', 'reaction', 'mention']) {
      const left = await rows(world, `SELECT seq FROM ${table} WHERE channel_id = $1`, channelId);
      assert.deepEqual(left, [{ seq: '2' }], table);
    }
    const { pins } = await bob.call('pin.list', { channelId }).accepted();
    const mentions = await bob.call('mention.list', { channelId }).accepted();
    for (const found of [pins, mentions.messages])
      assert.deepEqual(
        found.map(({ seq }) => seq),
        [2],
      );
  });

  it('goes in smaller pieces where many reacted, a post at least at a time', async () => {
    const sayings = ['one', 'two', 'three', 'four', 'five'];
    const { id: channelId } = await quietChannel(world, alice, [], { sayings });
    for (const [i, count] of [6_000, 4_000, 1, 20_000].entries())
      await world.database.query(
        `UPDATE message SET reactions = jsonb_build_array(jsonb_build_object('emoji', 'x', 'count', $3::int))
         WHERE channel_id = $1 AND seq = $2`,
        [channelId, i + 1, count],
      );
    const { workspaceId } = world;
    const now = new Date(world.clock.now().getTime() + YOUNGEST_TRUNCATED_MS + 1);
    const pieces: number[] = [];
    for (let more = true; more;) {
      const piece = await postgres.transaction(workspaceId, 'own', (tx) =>
        truncateChannel(tx, workspaceId, { channelId, belowSeq: 9, now }),
      );
      assert.ok(piece);
      pieces.push(piece.purgedSeq);
      ({ more } = piece);
    }
    assert.deepEqual(pieces, [2, 3, 4, 5]);
  });
});
