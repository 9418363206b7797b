/** What is shown to be too old is what goes, in any place that a run is cut off, and nothing that came meanwhile. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../../src/contract/index.ts';
import { DAY } from '../../support/hand-clock.ts';
import { World } from '../../support/world.ts';
import { assertDense, quietChannel, rows } from '../../chat/support.ts';
import { Killed } from '../node.ts';
import { administrator } from '../support.ts';
import { AgeingWorld } from './ageing-world.ts';
import { Ageing, read } from './nodes.ts';

const SAYINGS = ['one', 'two', 'three', 'four', 'five'];

describe('a run of retention', () => {
  let at: AgeingWorld;
  before(async () => {
    at = await AgeingWorld.create();
  });
  after(() => at.end());

  /** A channel of which all but the last `young` of five posts are more than a year old. */
  const old = async (young: number): Promise<ChannelId> => {
    const { id } = await quietChannel(at.world, at.bob, [at.boss.person], { sayings: SAYINGS });
    await at.ageing.ages(id, 400, SAYINGS.length - young);
    return id;
  };
  const shownAsDue = async () => {
    const counts = new Map<ChannelId | null, number>();
    const candidates: string[] = [];
    for (const show of ['counts', 'candidates'] as const)
      for (let after: string | undefined, more = true; more; more = after !== undefined) {
        const place = after === undefined ? {} : { after };
        const input = { kind: 'messages', show, ...place } as const;
        const page = await at.boss.person.call('retention.preview', input).accepted();
        for (const { channelId, due } of page.counts) counts.set(channelId, due);
        candidates.push(...page.candidates.map(({ id }) => id));
        after = page.next ?? undefined;
      }
    return { counts, candidates: candidates.sort() };
  };
  const ids = async () => {
    const text = 'SELECT id FROM message WHERE workspace_id = $1 AND deleted_at IS NULL';
    return (await rows(at.world, text, at.world.workspaceId)).map(({ id }) => String(id));
  };

  it('removes exactly what was shown, and says how many', async () => {
    const [most, some] = [await old(0), await old(3)];
    const [before, due] = [await ids(), await shownAsDue()];
    assert.deepEqual([due.counts.get(most), due.counts.get(some)], [5, 2]);
    const id = await at.ageing.asked();
    await at.ageing.node().run(id);
    const left = new Set(await ids());
    assert.deepEqual(before.filter((one) => !left.has(one)).sort(), due.candidates);
    const { tallies, state } = await at.ageing.of(id);
    const all = [...due.counts.values()].reduce((sum, count) => sum + count, 0);
    const { messages } = tallies as Record<string, Record<string, number>>;
    assert.deepEqual([state, messages?.['due'], messages?.['removed']], ['done', all, all]);
    assert.ok(Number(messages?.['lagMs']) >= 34 * DAY && Number(messages?.['lagMs']) <= 36 * DAY);
    assert.deepEqual((await shownAsDue()).candidates, []);
    for (const channelId of [most, some]) await assertDense(at.world, channelId);
    assert.deepEqual(await read(at.bob, some), ['three', 'four', 'five']);
  });

  it('comes to the same end wherever it is cut off, and removes nothing twice', async () => {
    const channels = [await old(1), await old(2), await old(0)];
    const { candidates } = await shownAsDue();
    const id = await at.ageing.asked();
    let kills = 0;
    for (let isOver = false; !isOver; kills += 1) {
      assert.ok(kills < 60, 'it goes on');
      // One step further each second time: the first of the two is undone.
      const cut = { n: 1, when: kills % 2 === 0 ? 'before' : 'after' } as const;
      await assert.rejects(at.ageing.node({ cut }).run(id), Killed);
      isOver = (await at.ageing.of(id))['state'] === 'done';
    }
    assert.ok(kills >= 14, `killed ${kills} times`);
    const { tallies, counts } = await at.ageing.of(id);
    const { messages } = tallies as Record<string, Record<string, number>>;
    const { length } = candidates;
    assert.deepEqual([messages?.['due'], messages?.['removed']], [length, length]);
    assert.deepEqual((counts as Record<string, number>)['message'], length);
    const [one, two, none] = channels as [ChannelId, ChannelId, ChannelId];
    assert.deepEqual(
      [await at.ageing.seqs(one), await at.ageing.seqs(two), await at.ageing.seqs(none)],
      [[5], [4, 5], []],
    );
    const told = await rows(at.world, `SELECT FROM audit_event WHERE resource_id = $1`, id);
    assert.equal(told.length, 1);
  });

  it('is done once by two nodes that are at it at the same time', async () => {
    await old(1);
    const { candidates } = await shownAsDue();
    const id = await at.ageing.asked();
    await Promise.all([at.ageing.node().run(id), at.ageing.node().run(id)]);
    const { tallies } = await at.ageing.of(id);
    const { messages } = tallies as Record<string, Record<string, number>>;
    assert.equal(messages?.['removed'], candidates.length);
  });

  it('loses nothing that is posted meanwhile, and no reader a place', async () => {
    const { id } = await at.world.channel(at.bob, [at.boss.person]);
    for (const saying of SAYINGS) await at.bob.send(id, saying, at.world.clientId()).accepted();
    await at.ageing.ages(id, 400);
    const sent: Promise<{ seq: number }>[] = [];
    const send = (n: number) =>
      Promise.resolve(sent.push(at.bob.send(id, `${n}`, at.world.clientId()).accepted()));
    await at.ageing.node({ before: send }).run(await at.ageing.asked());
    const seqs = (await Promise.all(sent)).map(({ seq }) => seq);
    assert.ok(seqs.length >= 5, 'it was in the middle of it');
    assert.deepEqual(await at.ageing.seqs(id), seqs);
    await assertDense(at.world, id);
    const last = await at.bob.send(id, 'the end', at.world.clientId()).accepted();
    await at.boss.person.hearsMessage((message) => message.id === last.id);
    const frames = at.boss.person.connection.frames().filter(({ channelId }) => channelId === id);
    for (const [i, { prev }] of frames.entries())
      if (i > 0) assert.equal(prev, frames[i - 1]?.last, 'no gap between frames');
    const truncations = frames
      .flatMap(({ events }) => events)
      .filter(({ kind }) => kind === 'truncated');
    assert.deepEqual(
      truncations.map((event) => ('belowSeq' in event ? event.belowSeq : 0)),
      [SAYINGS.length + 1],
    );
  });

  it('removes nothing early because a clock is wrong: neither of the two alone makes it due', async () => {
    const { id } = await quietChannel(at.world, at.bob, [], { sayings: SAYINGS });
    await at.ageing.ages(id, 300);
    await at.ageing.node({ ahead: 200 * DAY }).run(await at.ageing.asked());
    assert.equal((await at.ageing.seqs(id)).length, 5, 'the clock of Postgres says that it is not');
    await at.ageing.ages(id, 100);
    await at.ageing.node({ ahead: -200 * DAY }).run(await at.ageing.asked());
    assert.equal((await at.ageing.seqs(id)).length, 5, 'the clock of the node says that it is not');
    await at.ageing.node().run(await at.ageing.asked());
    assert.equal((await at.ageing.seqs(id)).length, 0);
  });

  it('takes sessions that have long been over, with their tokens, and none that is not', async () => {
    const { person, resident } = await administrator(at.world, 'Eve');
    const over = await resident.arrives();
    await over.http('DELETE', '/v1/sessions/current').accepted();
    const text = `UPDATE session SET created_at = created_at - interval '100 days', ended_at = now() - interval '91 days'
      WHERE id = $1`;
    await at.world.database.query(text, [over.sessionId]);
    const sessions = async () => {
      const found = `SELECT s.id, count(t.*)::int AS tokens FROM session s
        LEFT JOIN refresh_token t ON t.session_id = s.id WHERE s.user_id = $1 GROUP BY s.id`;
      return rows(at.world, found, person.userId);
    };
    const before = await sessions();
    const input = { kind: 'access-logs', show: 'candidates' } as const;
    const { candidates } = await at.boss.person.call('retention.preview', input).accepted();
    assert.deepEqual(
      candidates.map((one) => [one.id, one.userId]),
      [[over.sessionId, person.userId]],
    );
    await at.ageing.node().run(await at.ageing.asked());
    const after = await sessions();
    assert.deepEqual(
      before
        .filter(({ id }) => id !== over.sessionId)
        .map(({ id }) => id)
        .sort(),
      after.map(({ id }) => id).sort(),
    );
    await person.call('session.list', {}).accepted();
  });

  it('takes days of the statistic, and keeps as many as the workspace says', async () => {
    const days = `INSERT INTO usage_day SELECT $1, $2::date - days, 5, days, now() FROM unnest($3::int[]) days`;
    await rows(at.world, days, at.world.workspaceId, at.world.clock.now(), [10, 729, 731, 900]);
    const left = async () => {
      const text = 'SELECT messages FROM usage_day WHERE workspace_id = $1 ORDER BY messages';
      return (await rows(at.world, text, at.world.workspaceId)).map(({ messages }) => messages);
    };
    await at.ageing.node().run(await at.ageing.asked());
    assert.deepEqual(await left(), [10, 729]);
    const { password } = at.boss.resident;
    const shorter = { kind: 'analytics', days: 30, reason: 'less', password } as const;
    await at.boss.person.call('retention.set', shorter).accepted();
    const { counts } = await at.boss.person
      .call('retention.preview', { kind: 'analytics' })
      .accepted();
    assert.deepEqual(
      counts.map(({ due }) => due),
      [1],
    );
    await at.ageing.node().run(await at.ageing.asked());
    assert.deepEqual(await left(), [10]);
  });

  it('is asked for once a day by the schedule, however often that comes', async () => {
    const fresh = await World.create();
    const others = new Ageing(fresh);
    try {
      for (let n = 0; n < 2; n += 1) await others.node().schedule();
      const text = 'SELECT requested_by FROM retention_run WHERE workspace_id = $1';
      assert.deepEqual(await rows(fresh, text, fresh.workspaceId), [{ requested_by: null }]);
    } finally {
      await Promise.all([others.postgres.close(), fresh.end()]);
    }
  });
});
