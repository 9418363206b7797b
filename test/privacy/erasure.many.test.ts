/** However many messages somebody wrote, an erasure turns each of them into a tombstone once, and every screen is told. */
import assert from 'node:assert/strict';
import type { MessageId } from '../../src/contract/index.ts';
import { World } from '../support/world.ts';
import { rows } from '../chat/support.ts';
import { author, becomes, stateOf } from './support.ts';

/** More than a piece takes on, and more than a notice between nodes has room for. */
const MESSAGES = 170;

describe('an erasure of somebody who wrote much', () => {
  let world: World;
  before(async () => {
    world = await World.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
  });
  after(() => world.end());

  it('leaves no text, tells of each message, and changes each once', async () => {
    const ada = await author(world);
    const bob = await world.person('Bob');
    const { id: channelId } = await world.channel(bob, [ada.person]);
    await ada.person.send(channelId, 'canary', world.clientId()).accepted();
    await world.database.query(
      `WITH counted AS (UPDATE channel SET last_seq = last_seq + $2, last_rev = last_rev + $2
         WHERE id = $1 RETURNING last_seq - $2 AS seq, last_rev - $2 AS rev)
       INSERT INTO message SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(),
         'client_id', gen_random_uuid(), 'seq', c.seq + n, 'rev', c.rev + n, 'posted_rev', c.rev + n))).*
       FROM message m, counted c, generate_series(1, $2::int) n WHERE m.channel_id = $1`,
      [channelId, MESSAGES - 1],
    );
    const all = await rows(world, 'SELECT id FROM message WHERE channel_id = $1', channelId);
    const ids = all.map(({ id }) => id as MessageId);
    assert.equal(ids.length, MESSAGES);
    const { password } = ada.resident;
    const { erasureId } = await ada.person.call('erasure.request', { password }).accepted();
    for (const id of ids)
      await bob.hearsMessage((m) => m.id === id && m.content === 'deleted' && m.body === null);
    await becomes(world, erasureId, 'done');
    const counts = (await stateOf(world, erasureId))?.['counts'] as Record<string, number>;
    assert.equal(counts['message'], MESSAGES);
    const left = await rows(
      world,
      'SELECT rev, body_sealed FROM message WHERE channel_id = $1 ORDER BY rev',
      channelId,
    );
    assert.ok(left.every(({ body_sealed: text }) => text === null));
    const revs = left.map(({ rev }) => Number(rev));
    assert.equal(new Set(revs).size, MESSAGES, 'each has a revision of its own');
    assert.equal((revs.at(-1) ?? 0) - (revs[0] ?? 0), MESSAGES - 1, 'and none was changed twice');
  });
});
