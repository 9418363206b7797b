/** Where reading is taken from some of a room, all leave it before anything later is emitted, however that is learnt. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Follower } from '../../src/chat/follower.ts';
import type { ChannelEvent, UserId } from '../../src/contract/index.ts';
import { CHANNEL, HandLog, HandNode, turn } from './hand-log.ts';

const ALICE = randomUUID() as UserId;
const PASSER = randomUUID() as UserId;

describe('a follower of a channel that fewer may read', () => {
  let log: HandLog;
  let node: HandNode;
  let follower: Follower;
  /** Who was in the room at each frame. */
  let rooms: string[][];

  const subscribe = (userId: UserId) => {
    node.alive.set(userId, userId);
    return follower.subscribe(userId, userId);
  };
  const notice = (...events: ChannelEvent[]) =>
    follower.changed(events.at(-1)?.rev ?? log.head, events);
  const spans = () => node.frames.map(({ prev, last }) => [prev, last]);

  beforeEach(async () => {
    log = new HandLog();
    node = new HandNode(log);
    rooms = [];
    node.onEmit = () => rooms.push([...node.room.keys()]);
    follower = new Follower(CHANNEL, node.ports);
    log.join(ALICE);
    for (const userId of [ALICE, PASSER]) {
      const entered = subscribe(userId);
      await turn();
      await node.answer({ mayRead: true });
      assert.equal(await entered, true);
    }
  });

  it('lets all leave before it tells of the change, and of nothing before it is anything lost', () => {
    notice(log.post(), log.settle('all', true), log.post());
    assert.deepEqual(spans(), [
      [1, 2],
      [2, 4],
    ]);
    assert.deepEqual(rooms, [[ALICE, PASSER], []]);
    assert.deepEqual(node.vacated, [1]);
  });

  it('lets nobody leave for a change that takes nothing from anybody', () => {
    notice(log.settle('all', false));
    notice(log.post());
    assert.deepEqual(node.vacated, []);
    assert.deepEqual(rooms.at(-1), [ALICE, PASSER]);
  });

  it('lets all leave once, whatever changes after that', async () => {
    notice(log.settle('all', true));
    const back = subscribe(ALICE);
    await turn();
    await node.answer();
    assert.equal(await back, true);
    notice(log.settle('all', false));
    assert.deepEqual(node.vacated, [0]);
    assert.deepEqual(rooms.at(-1), [ALICE]);
  });

  it('reads back when it was, and emits what was posted after it to nobody who had not asked again', async () => {
    log.post();
    log.settle('all', true);
    log.post();
    log.settle('all', false); // the log tells of settings once, by their last change
    follower.changed(log.head, []);
    await node.timer();
    await node.answer();
    assert.deepEqual(spans(), [
      [1, 2],
      [2, 5],
    ]);
    assert.deepEqual(rooms, [[ALICE, PASSER], []]);
  });

  it('counts with an earlier one that the log tells of no more', async () => {
    log.post();
    log.settle('all', true);
    log.post();
    log.settle('all', true); // the log tells of this one alone
    log.post();
    follower.changed(log.head, []);
    await node.timer();
    await node.answer();
    assert.deepEqual(spans(), [
      [1, 2],
      [2, 6],
    ]);
    assert.deepEqual(rooms, [[ALICE, PASSER], []]);
  });

  it('lets nobody in whose look is older than the change', async () => {
    const entered = subscribe(PASSER);
    await turn();
    const before = log.head;
    notice(log.settle('all', true));
    await node.answer({ mayRead: true }, before);
    assert.deepEqual([...node.room.keys()], []);
    await node.answer({ mayRead: false });
    assert.equal(await entered, false);
    assert.deepEqual([...node.room.keys()], []);
  });

  it('lets whoever has another role leave after that frame, where reading was ever taken', () => {
    notice(log.role(ALICE, 'guest'), log.post());
    assert.deepEqual(rooms.at(-1), [ALICE, PASSER], 'every role reads');
    notice(log.settle('all', true));
    node.join(ALICE);
    node.join(PASSER);
    notice(log.post(), log.role(ALICE, 'member'), log.post());
    assert.deepEqual(rooms.slice(-2), [[ALICE, PASSER], [PASSER]]);
    assert.deepEqual(node.asked, [ALICE]);
    notice(log.join(PASSER), log.leave(ALICE));
    assert.deepEqual(node.asked, [ALICE, PASSER]);
    assert.deepEqual([...node.room.keys()], []);
  });

  it('lets nobody in whose look is older than their role', async () => {
    notice(log.settle('all', true));
    const entered = subscribe(ALICE);
    await turn();
    const before = log.head;
    notice(log.role(ALICE, 'guest'));
    await node.answer({ mayRead: true }, before);
    assert.deepEqual([...node.room.keys()], []);
    await node.answer({ mayRead: false });
    assert.equal(await entered, false);
  });

  it('withholds older texts from when history begins at joining, and shows them when it no longer does', async () => {
    const bodies = () =>
      node.frames.flatMap(({ events }) =>
        events.flatMap((event) => (event.kind === 'message' ? [event.message.body] : [])),
      );
    notice(log.post('one'));
    notice(log.join(PASSER));
    notice(log.edit(1, 'two'));
    notice(log.settle('since-join', false));
    notice(log.edit(1, 'three'));
    assert.deepEqual(bodies(), ['one', 'two', null]);
    notice(log.settle('all', false));
    notice(log.edit(1, 'four'));
    assert.deepEqual(bodies(), ['one', 'two', null, 'four']);
    // Read back, the stricter of two policies holds for what lies between them.
    log.edit(1, 'five');
    log.settle('since-join', false);
    follower.changed(log.head, []);
    await node.timer();
    await node.answer();
    assert.equal(bodies().at(-1), null);
  });
});
