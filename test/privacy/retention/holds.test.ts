/** A legal hold wins over retention, whenever it is placed, and lets everything else go as far as places allow. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { DAY } from '../../support/hand-clock.ts';
import { World } from '../../support/world.ts';
import { assertDense, quietChannel, row, rows } from '../../chat/support.ts';
import { administrator, type Author } from '../support.ts';
import { Ageing, read } from './nodes.ts';

describe('a legal hold', () => {
  let world: World;
  let ageing: Ageing;
  let boss: Author;
  let other: Author;
  let bob: Person;
  let eve: Person;
  beforeEach(async () => {
    world = await World.create();
    ageing = new Ageing(world);
    [boss, other] = [await administrator(world), await administrator(world, 'Other')];
    [bob, eve] = [await world.person('Bob'), await world.person('Eve')];
  });
  afterEach(async () => {
    await Promise.all([ageing.postgres.close(), world.end()]);
  });

  const place = (about: object) =>
    boss.person.call('hold.place', {
      reason: 'a case',
      password: boss.resident.password,
      ...about,
    });
  const lift = (holdId: never) =>
    other.person.call('hold.lift', { holdId, password: other.resident.password });
  /** What the two of them said in turn, more than a year ago. */
  const talk = async (): Promise<ChannelId> => {
    const { id } = await quietChannel(world, bob, [eve]);
    for (const [n, person] of [bob, bob, eve, bob, eve, bob].entries())
      await person.send(id, `${n + 1}`, world.clientId()).accepted();
    await ageing.ages(id, 400);
    return id;
  };
  const shown = async () => {
    const all = await boss.person.call('retention.preview', { kind: 'messages' }).accepted();
    const one = { kind: 'messages', show: 'candidates' } as const;
    const { candidates } = await boss.person.call('retention.preview', one).accepted();
    return { counts: all.counts.map(({ due, held }) => [due, held]), due: candidates.length };
  };
  const done = async () => {
    const id = await ageing.asked();
    await ageing.node().run(id);
    const { tallies } = await ageing.of(id);
    const { messages } = tallies as Record<string, Record<string, number>>;
    return [messages?.['removed'], messages?.['held']];
  };

  it('of a person keeps what they wrote; what is before it goes, and what is behind it says no more', async () => {
    const channelId = await talk();
    const { holdId } = await place({ userId: eve.userId }).accepted();
    assert.deepEqual(await shown(), { counts: [[4, 2]], due: 4 });
    assert.deepEqual(await done(), [4, 2]);
    assert.deepEqual(await read(bob, channelId), ['3', null, '5', null]);
    await assertDense(world, channelId);
    assert.deepEqual(await shown(), { counts: [[0, 2]], due: 0 });
    assert.deepEqual(await done(), [0, 2], 'what is gone is not counted again');
    await lift(holdId as never).accepted();
    assert.deepEqual(await done(), [4, 0]);
    assert.deepEqual(await ageing.seqs(channelId), []);
  });

  it('of a channel keeps all that is in it, and of a time what is from then', async () => {
    const [whole, part] = [await talk(), await talk()];
    await place({ channelId: whole }).accepted();
    const text = 'SELECT at FROM message WHERE channel_id = $1 AND seq = 4';
    const { at } = await row<{ at: Date }>(world, text, part);
    const from = at.getTime();
    await place({ channelId: part, from: from - DAY, to: from - 1 }).accepted();
    const held = await rows(
      world,
      'SELECT FROM message WHERE channel_id = $1 AND at < $2',
      part,
      at,
    );
    assert.deepEqual((await done())[0], 6 - held.length);
    assert.deepEqual(await read(bob, whole), ['1', '2', '3', '4', '5', '6']);
    assert.equal((await read(bob, part)).filter((body) => body !== null).length, held.length);
  });

  it('that is placed during a run stops the next piece', async () => {
    const channels = [await talk(), await talk()].sort();
    const [first, second] = channels as [ChannelId, ChannelId];
    const node = ageing.node({
      // The first piece removes nothing yet; the hold comes when the first channel is empty.
      async before() {
        const isPlaced =
          (await rows(world, 'SELECT FROM legal_hold WHERE channel_id = $1', second)).length > 0;
        if ((await ageing.seqs(first)).length === 0 && !isPlaced)
          await place({ channelId: second }).accepted();
      },
    });
    const id = await ageing.asked();
    await node.run(id);
    assert.deepEqual([await ageing.seqs(first), (await ageing.seqs(second)).length], [[], 6]);
    const { report } = await ageing.of(id);
    const { kinds } = report as {
      kinds: { kind: string; due: number; removed: number; held: number }[];
    };
    const messages = kinds.find(({ kind }) => kind === 'messages');
    assert.deepEqual([messages?.due, messages?.removed, messages?.held], [12, 6, 6]);
  });

  it('waits for the piece that is under way, and is obeyed from its commit on', async () => {
    const channelId = await talk();
    let placing: Promise<unknown> = Promise.resolve();
    const holder = await world.database.connect();
    try {
      // The piece waits for the channel, and the hold for the piece.
      await holder.query('BEGIN');
      await holder.query('SELECT FROM channel WHERE id = $1 FOR UPDATE', [channelId]);
      const running = ageing.node().run(await ageing.asked());
      const waits = async (kind: string) => {
        const text = `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE NOT l.granted AND a.datname = current_database() AND l.locktype = ANY ($1)`;
        const kinds = kind === 'advisory' ? ['advisory'] : ['transactionid', 'tuple'];
        while ((await rows(world, text, kinds)).length === 0)
          await new Promise((resolve) => setTimeout(resolve, 10));
      };
      await waits('row');
      placing = place({ channelId }).accepted();
      await waits('advisory');
      await holder.query('COMMIT');
      await Promise.all([running, placing]);
    } finally {
      holder.release();
    }
    assert.deepEqual(await ageing.seqs(channelId), [], 'it was decided before the hold was placed');
  });

  it('of a person keeps their sessions', async () => {
    const { person, resident } = await administrator(world, 'Ada');
    const over = await resident.arrives();
    await over.http('DELETE', '/v1/sessions/current').accepted();
    const text = `UPDATE session SET ended_at = now() - interval '91 days' WHERE id = $1`;
    await world.database.query(text, [over.sessionId]);
    await place({ userId: person.userId }).accepted();
    const { counts } = await boss.person
      .call('retention.preview', { kind: 'access-logs' })
      .accepted();
    assert.deepEqual(
      counts.map(({ due, held }) => [due, held]),
      [[0, 1]],
    );
    await done();
    const left = 'SELECT FROM session WHERE id = $1';
    assert.equal((await rows(world, left, over.sessionId)).length, 1);
  });

  it('is upheld by the database, whatever the server would do', async () => {
    const channelId = await talk();
    await place({ userId: bob.userId, channelId }).accepted();
    await world.database.query('UPDATE channel SET purged_seq = 6 WHERE id = $1', [channelId]);
    const { count } = await ageing.postgres.transaction(world.workspaceId, 'own', (tx) =>
      tx.message.deleteMany({ where: { channelId } }),
    );
    assert.equal(count, 2);
    assert.deepEqual(await ageing.seqs(channelId), [1, 2, 4, 6]);
  });
});
