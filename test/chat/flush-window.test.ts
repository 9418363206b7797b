/** Where many listen, what is said in quick succession comes in one frame soon after; nobody waits for a removal. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { flushWindow } from '../../src/chat/flush-window.ts';
import { Follower } from '../../src/chat/follower.ts';
import type { ChannelEvent, UserId } from '../../src/contract/index.ts';
import { CHANNEL, HandLog, HandNode, turn } from './hand-log.ts';

const ALICE = randomUUID() as UserId;
const BOB = randomUUID() as UserId;

describe('the flush window', () => {
  it('is nothing for few listeners, grows with them, and is never above 25 ms', () => {
    assert.deepEqual([1, 10, 49].map(flushWindow), [0, 0, 0]);
    assert.deepEqual([50, 100, 249, 250, 251, 1e6].map(flushWindow), [5, 10, 24.9, 25, 25, 25]);
  });
});

describe('a follower whose channel many listen to', () => {
  let log: HandLog;
  let node: HandNode;
  let follower: Follower;
  let mayDeliver: boolean;

  const notice = (...events: ChannelEvent[]) =>
    follower.changed(events.at(-1)?.rev ?? log.head, events);
  const spans = () => node.frames.map(({ prev, last }) => [prev, last]);
  const enter = async (userId: UserId) => {
    node.alive.set(userId, userId);
    const entered = follower.subscribe(userId, userId);
    await turn();
    await node.answer();
    assert.equal(await entered, true);
  };
  const waits = () => node.timers.map(({ milliseconds }) => milliseconds);

  beforeEach(async () => {
    log = new HandLog();
    node = new HandNode(log);
    mayDeliver = true;
    follower = new Follower(CHANNEL, { ...node.ports, mayDeliver: () => mayDeliver });
    log.join(ALICE);
    log.join(BOB);
    node.crowd = 500;
    await enter(ALICE);
  });

  it('emits the first change at once, and what comes within 25 ms in one frame at their end', async () => {
    notice(log.post());
    assert.deepEqual(spans(), [[2, 3]]);
    for (let i = 0; i < 4; i += 1) notice(log.post());
    assert.deepEqual([spans(), waits()], [[[2, 3]], [25]]);
    await node.timer();
    assert.deepEqual(spans(), [
      [2, 3],
      [3, 7],
    ]);
    assert.deepEqual(
      node.frames[1]?.events.map(({ rev }) => rev),
      [4, 5, 6, 7],
    );
    assert.deepEqual(node.looks, []);
  });

  it('goes on gathering while it goes on, and waits no more after a quiet time', async () => {
    notice(log.post());
    notice(log.post());
    await node.timer();
    notice(log.post());
    assert.deepEqual(spans().length, 2);
    await node.timer();
    assert.deepEqual(spans().length, 3);
    await node.timer();
    assert.deepEqual([spans().length, waits()], [3, []]);
    notice(log.post());
    assert.deepEqual(spans().at(-1), [5, 6]);
  });

  it('tells at once who comes and who goes, after everything before it and before everything later', () => {
    notice(log.post());
    notice(log.post());
    notice(log.leave(BOB));
    assert.deepEqual(spans(), [
      [2, 3],
      [3, 5],
    ]);
    notice(log.join(BOB));
    assert.deepEqual(spans().at(-1), [5, 6]);
  });

  it('evicts before it emits what is gathered after a removal', async () => {
    await enter(BOB);
    const rooms: number[] = [];
    node.onEmit = () => rooms.push(node.room.size);
    notice(log.post());
    const [a, gone, b] = [log.post(), log.leave(BOB), log.post()];
    notice(b);
    notice(a);
    assert.deepEqual(rooms, [2]);
    notice(gone);
    assert.deepEqual(rooms, [2, 2, 1]);
    assert.deepEqual(spans(), [
      [2, 3],
      [3, 5],
      [5, 6],
    ]);
  });

  it('looks for what is missing after 50 ms, and for nothing that only waits', async () => {
    notice(log.post());
    notice(log.post());
    follower.changed(log.head, []);
    assert.deepEqual(waits(), [25]);
    log.post();
    notice(log.post());
    assert.deepEqual(waits(), [25, 50]);
    await node.timer();
    assert.deepEqual(spans().at(-1), [3, 4]);
    await node.timer(); // of the hole; the window that the frame before opened comes after it
    assert.deepEqual(
      node.looks.map(({ since }) => since),
      [4],
    );
    await node.answer();
    assert.deepEqual(spans().at(-1), [4, 6]);
  });

  it('forgets the hole when what was missing comes, and does not look', async () => {
    notice(log.post());
    const late = log.post();
    notice(log.post());
    notice(late);
    assert.deepEqual(waits(), [25, 50]);
    node.timers.reverse();
    await node.timer();
    assert.deepEqual([node.looks, spans()], [[], [[2, 3]]]);
    await node.timer();
    assert.deepEqual(spans().at(-1), [3, 5]);
  });

  it('ends early when much is gathered', () => {
    notice(log.post());
    for (let i = 0; i < 64; i += 1) notice(log.post());
    assert.equal(spans().length, 1);
    notice(log.post());
    assert.deepEqual(spans().at(-1), [3, 68]);
  });

  it('brings what is gathered to whoever comes, once and in order', async () => {
    notice(log.post());
    notice(log.post());
    await enter(BOB);
    assert.deepEqual(spans(), [
      [2, 3],
      [3, 4],
    ]);
    await node.timer();
    assert.equal(spans().length, 2);
  });

  it('emits nothing at its end while it may not deliver, and nothing is lost', async () => {
    notice(log.post());
    notice(log.post());
    mayDeliver = false;
    await node.timer();
    assert.equal(spans().length, 1);
    mayDeliver = true;
    await node.timer();
    await node.answer();
    assert.deepEqual(spans().at(-1), [3, 4]);
  });

  it('emits nothing when it is stopped meanwhile', () => {
    notice(log.post());
    notice(log.post());
    follower.stop();
    assert.deepEqual([spans().length, node.timers], [1, []]);
  });
});
