/** The oldest posts go for good in one change of the log: everybody forgets them, and nobody anything else. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  TRUNCATION_POSTS,
  truncateChannel,
  YOUNGEST_TRUNCATED_MS,
  type Truncated,
} from '../../src/chat/index.ts';
import { readConfig } from '../../src/config.ts';
import type { ChannelId, MessageId } from '../../src/contract/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import type { Person } from '../support/person.ts';
import { ROOMY, World } from '../support/world.ts';
import { assertDense, quietChannel, row, rows } from './support.ts';

const SAYINGS = ['one', 'two', 'three', 'four', 'five'];

describe('the truncation of a channel', () => {
  const config = readConfig({ ...process.env, ...ROOMY });
  let world: World;
  let postgres: Postgres;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...config.database, connections: 4 });
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  /** As of the day on which the posts of these stories may go. */
  const someDay = (milliseconds = YOUNGEST_TRUNCATED_MS + 1) =>
    new Date(world.clock.now().getTime() + milliseconds);
  const truncate = (
    channelId: ChannelId,
    belowSeq: number,
    { now = someDay(), workspaceId = world.workspaceId } = {},
  ): Promise<Truncated | null> =>
    postgres.transaction(workspaceId, 'own', (tx) =>
      truncateChannel(tx, workspaceId, { channelId, belowSeq, now }),
    );
  const seqs = async (channelId: ChannelId) => {
    const text = 'SELECT seq FROM message WHERE channel_id = $1 ORDER BY seq';
    return (await rows(world, text, channelId)).map(({ seq }) => Number(seq));
  };
  const channelRow = async (channelId: ChannelId) => {
    const text = 'SELECT last_seq, last_rev, purged_seq, purged_rev, truncated_rev FROM channel';
    const found = await row(world, `${text} WHERE id = $1`, channelId);
    return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Number(value)]));
  };

  it('is one change, which every connection hears in its place, and after which talk goes on', async () => {
    const { id } = await world.channel(alice, [bob]);
    for (const body of SAYINGS) await alice.send(id, body, world.clientId()).accepted();
    const result = await truncate(id, 4);
    assert.ok(result);
    const { removed, purgedSeq, more, effect } = result;
    assert.deepEqual([removed, purgedSeq, more], [3, 3, false]);
    const event = { kind: 'truncated', rev: 8, belowSeq: 4 };
    assert.ok(effect?.effect === 'channel-changed');
    assert.deepEqual([effect.channelId, effect.last, effect.events], [id, 8, [event]]);
    assert.deepEqual(await seqs(id), [4, 5]);
    for (const { connection } of [alice, bob])
      await connection.hears(
        'channel.events',
        ({ channelId, last }) => channelId === id && last === 8,
      );
    const next = await bob.send(id, 'six', world.clientId()).accepted();
    assert.deepEqual([next.seq, next.rev], [6, 9]);
    for (const person of [alice, bob]) {
      await person.hearsMessage(({ id: heard }) => heard === next.id);
      const frames = person.connection.frames().filter(({ channelId }) => channelId === id);
      for (const [i, { prev }] of frames.entries())
        if (i > 0) assert.equal(prev, frames[i - 1]?.last);
      const events = frames.flatMap((frame) => frame.events);
      assert.deepEqual(
        events.filter(({ kind }) => kind === 'truncated'),
        [event],
      );
    }
    const { messages, more: older } = await bob
      .call('message.history', { channelId: id })
      .accepted();
    assert.deepEqual([messages.map(({ body }) => body), older], [['four', 'five', 'six'], false]);
    await assertDense(world, id);
  });

  it('tells who was away only what they do not know, or to start over', async () => {
    const { id: channelId, posts } = await quietChannel(world, alice, [bob], { sayings: SAYINGS });
    const messageId = posts[1]?.id as MessageId;
    await alice.call('message.edit', { channelId, messageId, body: 'two, edited' }).accepted();
    await truncate(channelId, 4);
    assert.deepEqual(await channelRow(channelId), {
      last_seq: 5,
      last_rev: 9,
      purged_seq: 3,
      purged_rev: 8,
      truncated_rev: 9,
    });
    const resume = (rev: number) =>
      bob.call('channel.resume', { channelId, rev, epoch: 1 }).accepted();
    const sync = async (position: { rev: number; epoch: number } | object) => {
      const channels = [{ id: channelId, ...position }];
      const [answer] = (await bob.call('channel.sync', { channels }).accepted()).channels;
      return answer;
    };
    const event = { kind: 'truncated', rev: 9, belowSeq: 4 };
    const told = await resume(8);
    assert.deepEqual([told.reset, told.upTo, told.events], [false, 9, [event]]);
    const synced = await sync({ rev: 8, epoch: 1 });
    assert.ok(synced?.answer === 'changes');
    assert.deepEqual([synced.upTo, synced.more, synced.events], [9, false, [event]]);
    assert.equal((await sync({ rev: 9, epoch: 1 }))?.answer, 'current');
    assert.equal((await resume(7)).reset, true, 'what changed up to 8 may be gone');
    assert.equal((await sync({ rev: 7, epoch: 1 }))?.answer, 'reset');
    assert.equal(
      (await sync({}))?.answer,
      'reset',
      'a log is not told from a beginning it has not',
    );
  });

  it('goes a piece at a time, each one change, and who missed several is told the last', async () => {
    const { id: channelId } = await quietChannel(world, alice, [bob], { sayings: ['the first'] });
    const posts = 2 * TRUNCATION_POSTS + 500;
    await world.database.query(
      `INSERT INTO message (workspace_id, channel_id, seq, id, rev, posted_rev, author_id, client_id, key_epoch, at)
       SELECT m.workspace_id, m.channel_id, n, gen_random_uuid(), n + 2, n + 2, m.author_id, gen_random_uuid(), 1, m.at
       FROM message m, generate_series(2, $2::int) n WHERE m.channel_id = $1`,
      [channelId, posts],
    );
    const stretch = 'UPDATE channel SET last_seq = $2::int, last_rev = $2::int + 2 WHERE id = $1';
    await world.database.query(stretch, [channelId, posts]);
    const pieces = [];
    for (let more = true; more;) {
      const piece = await truncate(channelId, posts - 9);
      assert.ok(piece);
      pieces.push([piece.removed, piece.purgedSeq, piece.more]);
      ({ more } = piece);
    }
    assert.deepEqual(pieces, [
      [TRUNCATION_POSTS, TRUNCATION_POSTS, true],
      [TRUNCATION_POSTS, 2 * TRUNCATION_POSTS, true],
      [490, posts - 10, false],
    ]);
    const rev = posts + 2;
    const { events } = await bob.call('channel.resume', { channelId, rev, epoch: 1 }).accepted();
    assert.deepEqual(events, [{ kind: 'truncated', rev: rev + 3, belowSeq: posts - 9 }]);
    await assertDense(world, channelId);
  });

  it('spares what its author may still send again, and all after it', async () => {
    const { id } = await quietChannel(world, alice, [], { sayings: ['old'] });
    const now = someDay();
    world.clock.forward(10);
    const clientId = world.clientId();
    const young = await alice.send(id, 'young', clientId).accepted();
    const kept = await truncate(id, 9, { now });
    assert.deepEqual([kept?.removed, kept?.purgedSeq, kept?.more], [1, 1, false]);
    const again = await alice.send(id, 'young', clientId).accepted();
    assert.deepEqual([again.duplicate, again.seq], [true, young.seq]);
    assert.deepEqual(await seqs(id), [2]);
    const none = await truncate(id, 9, { now });
    assert.deepEqual([none?.removed, none?.effect], [0, null], 'nothing changed: no revision');
    const all = await truncate(id, 9);
    assert.deepEqual([all?.removed, all?.purgedSeq], [1, 2]);
    assert.equal((await alice.send(id, 'next', world.clientId()).accepted()).seq, 3);
  });

  it('leaves nothing to change or to answer of what went', async () => {
    const { id: channelId, posts } = await quietChannel(world, alice, [], { sayings: SAYINGS });
    await truncate(channelId, 3);
    const [gone, , kept] = posts.map(({ id }) => id as MessageId);
    assert.ok(gone && kept);
    const message = { channelId, messageId: gone };
    await alice.call('message.edit', { ...message, body: 'back' }).refused('not_found');
    await alice.call('message.delete', message).refused('not_found');
    const reply = { channelId, body: 'yes', clientId: world.clientId() };
    await alice.call('message.send', { ...reply, replyTo: gone }).refused('not_found');
    await alice.call('message.send', { ...reply, replyTo: kept }).accepted();
    await assertDense(world, channelId);
  });

  it('waits for sends and lets them wait: places stay dense whatever comes between', async () => {
    const { id } = await quietChannel(world, alice, [bob], { sayings: SAYINGS });
    const now = someDay();
    const sends = Array.from({ length: 30 }, (_, n) =>
      (n % 2 ? alice : bob).send(id, `${n}`, world.clientId()).accepted(),
    );
    const results = await Promise.all([2, 4, 5].map((belowSeq) => truncate(id, belowSeq, { now })));
    await Promise.all(sends);
    assert.equal(
      results.reduce((sum, result) => sum + (result?.removed ?? 0), 0),
      4,
    );
    assert.deepEqual(
      await seqs(id),
      Array.from({ length: 31 }, (_, i) => i + 5),
    );
    await assertDense(world, id);
  });

  it('decides by what it finds when it has the lock: a change that held it counts', async () => {
    const { id } = await quietChannel(world, alice, [], { sayings: SAYINGS });
    const { last_rev: before } = await channelRow(id);
    const holder = await world.database.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('UPDATE channel SET last_rev = last_rev + 1 WHERE id = $1', [id]);
      const truncating = truncate(id, 3);
      const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())
        UNION SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`;
      await eventually('it waits', async () => (await rows(world, waiting)).length > 0);
      await holder.query('COMMIT');
      assert.equal((await truncating)?.removed, 2);
    } finally {
      holder.release();
    }
    assert.equal((await channelRow(id))['last_rev'], Number(before) + 2);
  });

  it('is of a channel of the workspace alone, and the database lets the server delete nothing else', async () => {
    const { id } = await quietChannel(world, alice, [], { sayings: SAYINGS });
    const elsewhere = await world.anotherWorkspace();
    assert.equal(await truncate(id, 4, { workspaceId: elsewhere }), null);
    assert.equal(await truncate(randomUUID() as ChannelId, 4), null);
    const deleteAll = () =>
      postgres.transaction(world.workspaceId, 'own', (tx) =>
        tx.message.deleteMany({ where: { channelId: id } }),
      );
    assert.deepEqual(await deleteAll(), { count: 0 });
    await truncate(id, 3);
    assert.deepEqual(await deleteAll(), { count: 0 });
    assert.deepEqual(await seqs(id), [3, 4, 5]);
  });
});
