/** A follower that is told where the log stands finds out when its own log is not that one, and when it is left behind. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Follower } from '../../src/chat/follower.ts';
import type { ChannelEvent, UserId } from '../../src/contract/index.ts';
import { CHANNEL, HandLog, HandNode, turn } from './hand-log.ts';

const ALICE = randomUUID() as UserId;
const BOB = randomUUID() as UserId;

describe('a follower that is told of heads', () => {
  let log: HandLog;
  let node: HandNode;
  let follower: Follower;

  const begin = async () => {
    log = new HandLog();
    node = new HandNode(log);
    follower = new Follower(CHANNEL, node.ports);
    log.join(ALICE);
    node.alive.set(ALICE, ALICE);
    const entered = follower.subscribe(ALICE, ALICE);
    await turn();
    await node.answer();
    assert.equal(await entered, true);
  };
  const notice = (...events: ChannelEvent[]) =>
    follower.changed(events.at(-1)?.rev ?? log.head, events);

  for (const [what, damage] of [
    ['another incarnation', { epoch: 2 }],
    ['a log that is shorter than it was', { rev: 3 }],
  ] as const)
    it(`looks at once when the head that is read is that of ${what}, and sends everybody away`, async () => {
      await begin();
      for (let i = 0; i < 5; i += 1) notice(log.post());
      const { place } = follower;
      assert.deepEqual(place, { rev: 6, epoch: 1 });
      follower.stands({ rev: 6, epoch: 1, ...damage }, place);
      assert.deepEqual(
        node.timers.map(({ milliseconds }) => milliseconds),
        [0],
      );
      await node.timer();
      const now = { head: 6, epoch: 1, events: [], ...('rev' in damage ? { head: 3 } : damage) };
      await node.answer(now);
      assert.equal(node.dispersals, 1);
      await node.answer(now);
      assert.deepEqual(
        [follower.place, node.timers, node.looks],
        [{ rev: now.head, epoch: now.epoch }, [], []],
      );
    });

  it('believes its own log when the head was read before the latest of it, and when a look says the same', async () => {
    await begin();
    const { place } = follower;
    notice(log.post());
    follower.stands({ rev: 1, epoch: 1 }, place);
    assert.deepEqual([node.timers, node.looks], [[], []]);
    follower.stands({ rev: 1, epoch: 1 }, follower.place);
    await node.timer();
    await node.answer();
    assert.deepEqual([node.dispersals, node.timers, node.looks], [0, [], []]);
    notice(log.post());
    assert.equal(node.frames.length, 2);
  });

  it('lets somebody in after a restore who was removed in the log that is no more', async () => {
    await begin();
    notice(log.join(BOB), log.leave(BOB), log.join(BOB));
    const restored = new HandLog();
    restored.epoch = 2;
    restored.join(ALICE);
    restored.join(BOB);
    node.alive.set(BOB, BOB);
    const entered = follower.subscribe(BOB, BOB);
    await turn();
    notice(log.leave(BOB), log.join(BOB));
    Object.assign(node, { log: restored });
    await node.answer();
    await node.answer();
    assert.deepEqual(node.looks, []);
    assert.equal(await entered, true);
  });

  it('gives its room up when it stays behind what is read of the log, but not while it may not deliver', async () => {
    await begin();
    let mayDeliver = false;
    const stuck = new Follower(CHANNEL, { ...node.ports, mayDeliver: () => mayDeliver });
    const entered = stuck.subscribe(ALICE, ALICE);
    await turn();
    await node.answer();
    assert.equal(await entered, true);
    log.post();
    const head = { rev: 2, epoch: 1 };
    for (let reads = 0; reads < 100; reads += 1) stuck.stands(head, stuck.place);
    assert.equal(node.dispersals, 0);
    mayDeliver = true;
    for (let reads = 0; reads < 39; reads += 1) stuck.stands(head, stuck.place);
    assert.deepEqual([node.dispersals, node.failures], [0, []]);
    stuck.stands(head, stuck.place);
    assert.deepEqual([node.dispersals, node.failures.length, node.room.size], [1, 1, 0]);
  });

  it('gives nothing up while it moves, however far ahead of it the log always is', async () => {
    await begin();
    for (let reads = 0; reads < 100; reads += 1) {
      const event = log.post();
      follower.stands({ rev: log.head + 1, epoch: 1 }, follower.place);
      notice(event);
    }
    assert.equal(node.dispersals, 0);
  });
});
