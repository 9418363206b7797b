/** A follower emits the log whole, in order and once, whatever arrives when, and to nobody who may not read it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Follower } from '../../src/chat/follower.ts';
import type { ChannelEvent, HistoryPolicy, UserId } from '../../src/contract/index.ts';
import { CHANNEL, HandLog, HandNode, turn } from './hand-log.ts';

const ALICE = randomUUID() as UserId;
const BOB = randomUUID() as UserId;

describe('a follower', () => {
  let log: HandLog;
  let node: HandNode;
  let follower: Follower;

  const begin = (historyPolicy: HistoryPolicy = 'all') => {
    log = new HandLog(historyPolicy);
    node = new HandNode(log);
    follower = new Follower(CHANNEL, node.ports);
    log.join(ALICE);
  };
  const subscribe = (userId: UserId) => {
    node.alive.set(userId, userId);
    return follower.subscribe(userId, userId);
  };
  const notice = (...events: ChannelEvent[]) =>
    follower.changed(events.at(-1)?.rev ?? log.head, events);
  const spans = () => node.frames.map(({ prev, last }) => [prev, last]);

  beforeEach(async () => {
    begin();
    const entered = subscribe(ALICE);
    await turn();
    await node.answer();
    assert.equal(await entered, true);
  });

  it('emits each notice that follows on the last as a frame', () => {
    notice(log.post());
    notice(log.post(), log.post());
    assert.deepEqual(spans(), [
      [1, 2],
      [2, 4],
    ]);
    assert.deepEqual([node.timers, node.looks], [[], []]);
  });

  it('puts notices that come out of order back into order, without a look', async () => {
    const [a, b, c] = [log.post(), log.post(), log.post()];
    notice(c);
    notice(b);
    assert.deepEqual(spans(), []);
    notice(a);
    assert.deepEqual(spans(), [[1, 4]]);
    assert.deepEqual(
      node.frames[0]?.events.map(({ rev }) => rev),
      [2, 3, 4],
    );
    await node.timer();
    assert.deepEqual([node.timers, node.looks], [[], []]);
  });

  it('emits what it is told twice only once', async () => {
    const [a, b] = [log.post(), log.post()];
    for (const event of [a, a, b, a, b]) notice(event);
    assert.deepEqual(spans(), [
      [1, 2],
      [2, 3],
    ]);
    await turn();
    assert.deepEqual([node.timers, node.looks], [[], []]);
  });

  it('fills a hole with one look after 50 ms, in one contiguous frame', async () => {
    log.post();
    notice(log.post());
    notice(log.post());
    assert.deepEqual(
      node.timers.map(({ milliseconds }) => milliseconds),
      [50],
    );
    await node.timer();
    assert.deepEqual(
      node.looks.map(({ since, reader }) => [since, reader]),
      [[1, null]],
    );
    await node.answer();
    assert.deepEqual(spans(), [[1, 4]]);
    assert.deepEqual(
      node.frames[0]?.events.map(({ rev }) => rev),
      [2, 3, 4],
    );
    assert.deepEqual([node.timers, node.looks], [[], []]);
  });

  it('looks when it hears of a change without being told what it was', async () => {
    log.post();
    follower.changed(2, []);
    await node.timer();
    await node.answer();
    assert.deepEqual(spans(), [[1, 2]]);
  });

  it('emits nothing twice when notices move it on while a look is under way', async () => {
    const a = log.post();
    const b = log.post();
    notice(b);
    await node.timer();
    notice(a);
    const c = log.post();
    notice(c);
    assert.deepEqual(spans(), [
      [1, 3],
      [3, 4],
    ]);
    await node.answer({}, 3);
    assert.equal(node.frames.length, 2);
  });

  it('ends a frame at a removal, and evicts before it emits what came later', async () => {
    log.join(BOB);
    notice(log.changes[1]?.event as ChannelEvent);
    const entered = subscribe(BOB);
    await turn();
    await node.answer();
    assert.equal(await entered, true);
    const rooms: string[][] = [];
    node.onEmit = () => rooms.push([...node.room.keys()]);
    notice(log.post(), log.leave(BOB), log.post());
    assert.deepEqual(spans().slice(1), [
      [2, 4],
      [4, 5],
    ]);
    assert.deepEqual(rooms, [[ALICE, BOB], [ALICE]]);
  });

  it('does the same with a removal that it reads back', async () => {
    log.join(BOB);
    const entered = subscribe(BOB);
    await turn();
    await node.answer();
    assert.equal(await entered, true);
    const rooms: number[] = [];
    node.onEmit = () => rooms.push(node.room.size);
    log.post();
    log.leave(BOB);
    log.post();
    follower.changed(5, []);
    await node.timer();
    await node.answer();
    assert.deepEqual(spans().slice(1), [
      [2, 4],
      [4, 5],
    ]);
    assert.deepEqual(rooms, [2, 1]);
  });

  it('lets nobody in whom the snapshot does not let read', async () => {
    const entered = subscribe(BOB);
    await turn();
    assert.equal(node.looks[0]?.reader, BOB);
    await node.answer();
    assert.equal(await entered, false);
    assert.deepEqual([...node.room.keys()], [ALICE]);
  });

  it('lets nobody in who was removed while the look was under way', async () => {
    notice(log.join(BOB));
    const entered = subscribe(BOB);
    await turn();
    const snapshot = log.head;
    notice(log.leave(BOB));
    await node.answer({}, snapshot);
    assert.deepEqual([...node.room.keys()], [ALICE]);
    await node.answer();
    assert.equal(await entered, false);
    notice(log.post());
    assert.deepEqual([...node.room.keys()], [ALICE]);
  });

  it('lets somebody in who was removed and let back while the look was under way', async () => {
    notice(log.join(BOB));
    const entered = subscribe(BOB);
    await turn();
    const snapshot = log.head;
    notice(log.leave(BOB));
    notice(log.join(BOB));
    await node.answer({}, snapshot);
    await node.answer();
    assert.equal(await entered, true);
  });

  it('lets no connection in that is gone', async () => {
    const entered = follower.subscribe('gone', ALICE);
    await turn();
    await node.answer();
    assert.equal(await entered, false);
  });

  it('tries again in half a second when the log cannot be read, and says so', async () => {
    log.post();
    notice(log.post());
    await node.timer();
    node.looks.shift()?.reject(new Error('the database is away'));
    await turn();
    assert.equal(node.failures.length, 1);
    assert.deepEqual(
      node.timers.map(({ milliseconds }) => milliseconds),
      [500],
    );
    await node.timer();
    await node.answer();
    assert.deepEqual(spans(), [[1, 3]]);
  });

  it('emits nothing and looks no more once it is stopped, not even what was under way', async () => {
    log.post();
    notice(log.post());
    await node.timer();
    const entered = subscribe(ALICE);
    follower.stop();
    await node.answer();
    await node.answer();
    assert.equal(await entered, false);
    notice(log.post());
    assert.deepEqual([node.frames, node.timers, node.looks], [[], [], []]);
  });
});
