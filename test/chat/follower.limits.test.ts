/** Where a follower cannot or must not show the log as it was: a restored database, a gap, one too wide, texts from before. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Follower } from '../../src/chat/follower.ts';
import type { ChannelEvent, HistoryPolicy, UserId } from '../../src/contract/index.ts';
import { CHANNEL, HandLog, HandNode, turn } from './hand-log.ts';

const ALICE = randomUUID() as UserId;
const BOB = randomUUID() as UserId;

describe('a follower at its limits', () => {
  let log: HandLog;
  let node: HandNode;
  let follower: Follower;

  const begin = async (historyPolicy: HistoryPolicy = 'all') => {
    log = new HandLog(historyPolicy);
    node = new HandNode(log);
    follower = new Follower(CHANNEL, node.ports);
    log.join(ALICE);
    await enter(ALICE);
  };
  const enter = async (userId: UserId) => {
    node.alive.set(userId, userId);
    const entered = follower.subscribe(userId, userId);
    await turn();
    await node.answer();
    assert.equal(await entered, true);
  };
  const notice = (...events: ChannelEvent[]) =>
    follower.changed(events.at(-1)?.rev ?? log.head, events);
  const contents = () =>
    node.frames.flatMap(({ events }) =>
      events.flatMap((e) => (e.kind === 'message' ? [[e.message.content, e.message.body]] : [])),
    );

  it('sends everybody away when the database is another incarnation, and forgets what it heard of the old', async () => {
    await begin();
    for (let i = 0; i < 20; i += 1) notice(log.post());
    node.frames.length = 0;
    const restored = new HandLog();
    restored.epoch = 2;
    restored.join(ALICE);
    restored.join(BOB);
    Object.assign(node, { log: restored });
    node.alive.set(BOB, BOB);
    const entered = follower.subscribe(BOB, BOB);
    await turn();
    log.post();
    notice(log.post());
    await node.answer();
    assert.equal(node.dispersals, 1);
    await node.answer();
    assert.equal(await entered, true);
    assert.deepEqual([...node.room.keys()], [BOB]);
    while (node.timers.length > 0) await node.timer();
    assert.deepEqual([node.frames, node.looks], [[], []]);
    follower.changed(3, [restored.post()]);
    assert.deepEqual(
      node.frames.map(({ epoch, prev, last }) => [epoch, prev, last]),
      [[2, 2, 3]],
    );
  });

  it('shows a gap to whom it lets in beyond what their answer covered, and to nobody else', async () => {
    await begin();
    node.alive.set('second', ALICE).set('third', ALICE).set('fourth', ALICE);
    const { epoch } = log;
    const entries = [
      follower.subscribe('second', ALICE, { rev: 1, epoch }),
      follower.subscribe('third', ALICE, { rev: 2, epoch }),
      follower.subscribe('fourth', ALICE, { rev: 2, epoch: epoch + 1 }),
    ];
    await turn();
    notice(log.post());
    for (let i = 0; i < 3; i += 1) await node.answer();
    assert.deepEqual(await Promise.all(entries), [true, true, true]);
    const frame = { channelId: CHANNEL, epoch, prev: 2, last: 2, events: [] };
    assert.deepEqual(node.places, [
      { connectionId: 'second', frame },
      { connectionId: 'fourth', frame },
    ]);
  });

  it('lets nobody in beyond what their answer covered while it may not show that', async () => {
    await begin();
    const guarded = new Follower(CHANNEL, { ...node.ports, mayDeliver: () => false });
    const enter = async (rev: number) => {
      node.alive.set('second', ALICE);
      const entered = guarded.subscribe('second', ALICE, { rev, epoch: log.epoch });
      entered.catch(() => undefined);
      await turn();
      await node.answer();
      return entered;
    };
    await assert.rejects(enter(0), /unavailable/);
    assert.deepEqual([[...node.room.keys()], node.places], [[ALICE], []]);
    assert.equal(await enter(1), true);
  });

  it('sends everybody away when the gap is too wide to read, and goes on from the head', async () => {
    await begin();
    for (let i = 0; i < 5; i += 1) log.post();
    follower.changed(log.head, []);
    await node.timer();
    await node.answer({ complete: false, events: [] });
    assert.deepEqual([node.dispersals, node.room.size, node.frames], [1, 0, []]);
    await enter(ALICE);
    notice(log.post());
    assert.deepEqual(
      node.frames.map(({ prev, last }) => [prev, last]),
      [[6, 7]],
    );
  });

  it('holds no more than a thousand notices over a hole, and reads the others back', async () => {
    await begin();
    const missing = log.post();
    const events = Array.from({ length: 1_200 }, () => log.post());
    for (const event of events) notice(event);
    await node.timer();
    await node.answer();
    assert.equal(node.frames.at(-1)?.last, log.head);
    const revs = node.frames.flatMap((frame) => frame.events.map(({ rev }) => rev));
    assert.deepEqual(
      revs,
      [missing, ...events].map(({ rev }) => rev),
    );
  });

  it('withholds the text of what is older than the newest join, and of nothing else', async () => {
    await begin('since-join');
    notice(log.post('one'));
    notice(log.join(BOB));
    notice(log.post('two'));
    notice(log.edit(1, 'one, edited'));
    notice(log.edit(2, 'two, edited'));
    notice(log.delete(1));
    assert.deepEqual(contents(), [
      ['present', 'one'],
      ['present', 'two'],
      ['withheld', null],
      ['present', 'two, edited'],
      ['deleted', null],
    ]);
  });

  it('withholds it in one notice with the join, and in what it reads back', async () => {
    await begin('since-join');
    notice(log.post('one'));
    notice(log.join(BOB), log.edit(1, 'one, edited'));
    log.leave(BOB);
    log.post('two');
    log.join(BOB);
    log.edit(2, 'two, edited');
    follower.changed(log.head, []);
    await node.timer();
    await node.answer();
    assert.deepEqual(contents(), [
      ['present', 'one'],
      ['withheld', null],
      ['withheld', null],
    ]);
  });

  it('withholds from the snapshot on, for somebody who joined before it began to follow', async () => {
    log = new HandLog('since-join');
    node = new HandNode(log);
    follower = new Follower(CHANNEL, node.ports);
    log.join(ALICE);
    log.post('one');
    log.join(BOB);
    await enter(BOB);
    notice(log.edit(1, 'one, edited'));
    assert.deepEqual(contents(), [['withheld', null]]);
  });

  it('withholds nothing where history is open', async () => {
    await begin('all');
    notice(log.post('one'));
    notice(log.join(BOB));
    notice(log.edit(1, 'one, edited'));
    assert.deepEqual(contents(), [
      ['present', 'one'],
      ['present', 'one, edited'],
    ]);
  });
});
