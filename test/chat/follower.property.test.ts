/** For any order of notices, looks, failures, joins and leaves: frames without a gap, nothing lost, nobody removed hears. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Follower } from '../../src/chat/follower.ts';
import type { ChannelEvent, ChannelFrame, UserId } from '../../src/contract/index.ts';
import { CHANNEL, HandLog, HandNode, turn } from './hand-log.ts';

const USERS = ['alice', 'bob', 'carol'] as unknown as readonly UserId[];

type Step =
  | { readonly do: 'post' | 'edit' | 'timer' | 'fail'; readonly n: number }
  | { readonly do: 'toggle' | 'subscribe' | 'close'; readonly n: number }
  | { readonly do: 'notice'; readonly n: number; readonly again: boolean }
  | { readonly do: 'answer'; readonly age: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: plain('post') },
  { weight: 2, arbitrary: plain('edit') },
  { weight: 3, arbitrary: plain('toggle') },
  { weight: 4, arbitrary: plain('subscribe') },
  { weight: 1, arbitrary: plain('close') },
  { weight: 2, arbitrary: plain('timer') },
  { weight: 1, arbitrary: plain('fail') },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('notice'), n: fc.nat(), again: fc.boolean() }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer'), age: fc.nat(3) }) },
) as fc.Arbitrary<Step>;

function plain(name: Step['do']) {
  return fc.record({ do: fc.constant(name), n: fc.nat(1_000) });
}

class Run {
  readonly log = new HandLog('since-join');
  readonly node = new HandNode(this.log);
  readonly follower = new Follower(CHANNEL, this.node.ports);
  /** Commits of which the follower has not been told, each as its notice. */
  #untold: ChannelEvent[][] = [];
  #connections = 0;
  /** How far the answer that let a connection in told of the log. */
  readonly #covered = new Map<string, number>();
  entered = 0;
  gaps = 0;

  /** With a `crowd`, frames are gathered in windows. */
  constructor(crowd: number) {
    this.node.crowd = crowd;
    this.node.onEmit = (frame) => this.#check(frame);
    for (const user of USERS) this.log.join(user);
  }

  async take(step: Step): Promise<void> {
    const { log, node } = this;
    switch (step.do) {
      case 'post':
        this.#untold.push(Array.from({ length: 1 + (step.n % 3) }, () => log.post()));
        break;
      case 'edit':
        if (log.posts.length > 0) this.#untold.push([log.edit(1 + (step.n % log.posts.length))]);
        break;
      case 'toggle': {
        const user = this.#user(step.n);
        const inside = log.isMember(user, log.head);
        this.#untold.push([inside ? log.leave(user) : log.join(user)]);
        break;
      }
      case 'subscribe': {
        const id = `c${(this.#connections += 1)}`;
        node.alive.set(id, this.#user(step.n));
        const rev = Math.max(0, log.head - (step.n % 4));
        this.#covered.set(id, rev);
        const covered = { rev, epoch: log.epoch };
        void this.follower.subscribe(id, this.#user(step.n), covered).then(
          (entered) => (this.entered += Number(entered)),
          () => undefined,
        );
        break;
      }
      case 'close': {
        const id = [...node.alive.keys()][step.n % (node.alive.size || 1)];
        if (id !== undefined) node.alive.delete(id);
        if (id !== undefined) node.room.delete(id);
        break;
      }
      case 'notice': {
        const i = step.n % (this.#untold.length || 1);
        const events = this.#untold[i];
        if (!events) break;
        if (!step.again) this.#untold.splice(i, 1);
        this.follower.changed(events.at(-1)?.rev ?? 0, events);
        break;
      }
      case 'timer':
        node.timers.shift()?.task();
        break;
      case 'fail':
        node.looks.shift()?.reject(new Error('away'));
        break;
      case 'answer': {
        const [look] = node.looks;
        if (look) await node.answer({}, Math.max(look.begun, log.head - step.age));
      }
    }
    await turn();
  }

  /** Tells the follower where the log ends, and lets everything happen that is left to happen. */
  async finish(): Promise<void> {
    const { node, log, follower } = this;
    follower.changed(log.head, []);
    for (let rounds = 0; node.looks.length > 0 || node.timers.length > 0; rounds += 1) {
      assert.ok(rounds < 200, 'it comes to rest');
      if (node.looks.length > 0) await node.answer();
      else await node.timer();
    }
    const { frames } = node;
    const start = frames[0]?.prev;
    if (start === undefined) return;
    assert.equal(frames.at(-1)?.last, log.head);
    const shown = new Map<string, number>();
    for (const { rev } of frames.flatMap(({ events }) => events))
      shown.set(log.changes[rev - 1]?.key ?? '', rev);
    const last = new Map(log.changes.map(({ key, event }) => [key, event.rev]));
    for (const [key, rev] of last) if (rev > start) assert.equal(shown.get(key), rev, key);
    this.#checkGaps();
  }

  /** Whoever was let in beyond what they were told sees it, and nobody else is told of a gap. */
  #checkGaps(): void {
    const { joins, frames, places } = this.node;
    for (const { connectionId, frames: before } of joins) {
      const entry = frames[before]?.prev ?? this.log.head;
      const told = places.filter((place) => place.connectionId === connectionId);
      const isBehind = (this.#covered.get(connectionId) ?? 0) < entry;
      assert.deepEqual(
        told.map(({ frame: { prev, last, events } }) => [prev, last, events]),
        isBehind ? [[entry, entry, []]] : [],
      );
      this.gaps += told.length;
    }
  }

  #check(frame: ChannelFrame): void {
    const { log, node } = this;
    const before = node.frames.at(-2);
    if (before) assert.equal(frame.prev, before.last, 'frames are contiguous');
    assert.ok(frame.last > frame.prev);
    let rev = frame.prev;
    for (const event of frame.events) {
      assert.ok(event.rev > rev && event.rev <= frame.last, 'events rise within the frame');
      rev = event.rev;
    }
    for (const user of new Set(node.room.values())) this.#checkListener(user, frame, log);
  }

  #checkListener(user: UserId, { prev, last, events }: ChannelFrame, log: HandLog): void {
    for (let rev = prev; rev < last; rev += 1)
      assert.ok(log.isMember(user, rev), `${user} was not in the channel at ${rev}`);
    for (const event of events)
      if (event.kind === 'message' && event.message.content === 'present') {
        const { seq } = event.message;
        const entitled = log.intervals.some(
          (each) =>
            each.userId === user &&
            seq > each.joinedSeq &&
            (each.leftSeq === null || seq <= each.leftSeq),
        );
        assert.ok(entitled, `${user} may not read ${seq}`);
      }
  }

  #user(n: number): UserId {
    return USERS[n % USERS.length] as UserId;
  }
}

describe('a follower, whatever happens in whatever order', () => {
  it('emits the whole log without a gap, to nobody who was removed and no text to who may not read it', async function () {
    this.timeout(240_000);
    const seen = { frames: 0, entered: 0, gaps: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }),
        fc.constantFrom(0, 100, 10_000),
        async (steps, crowd) => {
          const run = new Run(crowd);
          for (const each of steps) await run.take(each);
          await run.finish();
          seen.frames += run.node.frames.length;
          seen.entered += run.entered;
          seen.gaps += run.gaps;
        },
      ),
      { numRuns: 400 },
    );
    assert.ok(seen.frames > 1_000 && seen.entered > 200, 'the runs were worth something');
    assert.ok(seen.gaps > 50 && seen.gaps < seen.entered, 'some were told of a gap, and some not');
  });
});
