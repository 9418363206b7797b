/** The lease is as old as the last read is, and what may have been missed counts as missed. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ControlFeed, type controlRows, type ControlEvent } from '../../src/access/index.ts';
import { HandClock } from '../support/hand-clock.ts';

type Rows = ReturnType<typeof controlRows>;

/** A feed over rows that the test provides. */
function feedOf(rows: Partial<Rows>, alongside = () => Promise.resolve()) {
  const clock = new HandClock();
  const applied: ControlEvent[] = [];
  const said: string[] = [];
  const feed = new ControlFeed({
    rows: {
      since: () => Promise.reject(new Error('away')),
      expire: () => Promise.resolve(0),
      ...rows,
    },
    clock,
    later: () => () => undefined,
    apply: (event) => void applied.push(event),
    alongside,
    missed: () => void said.push('missed'),
    failed: (what) => void said.push(what),
  });
  return { feed, clock, applied, said };
}

const slice = (position: bigint, now = 0) => ({ position, now, events: [] });

describe('the lease of a node', () => {
  it('lasts two seconds from the beginning of a read, not from its end', async () => {
    const { feed, clock } = feedOf({
      since: () => {
        clock.forward(1_500);
        return Promise.resolve(slice(1n));
      },
    });
    assert.equal(feed.held, false);
    await feed.start();
    clock.forward(500);
    assert.equal(feed.held, true);
    clock.forward(1);
    assert.equal(feed.held, false);
    await feed.stop();
  });

  it('is not renewed where what belongs to a read could not be read with it', async () => {
    const faults = [null, new Error('no signing key opens')];
    const since = () => Promise.resolve(slice(1n));
    const { feed, clock, said } = feedOf({ since }, () => {
      const fault = faults.shift();
      return fault ? Promise.reject(fault) : Promise.resolve();
    });
    await feed.start();
    clock.forward(2_001);
    await feed.read();
    assert.deepEqual([feed.held, said], [false, ['lease-lost']]);
    await feed.read();
    assert.deepEqual([feed.held, said], [true, ['lease-lost', 'lease-back']]);
    await feed.stop();
  });

  it('is not renewed by an answer that was under way while the process stood still', async () => {
    const answers: (() => void)[] = [];
    const since = () =>
      new Promise<ReturnType<typeof slice>>((resolve) => answers.push(() => resolve(slice(1n))));
    const { feed, clock } = feedOf({ since });
    const early = feed.read();
    await Promise.resolve();
    clock.forward(10_000);
    assert.equal(feed.mayDeliver(), false, 'and it asks for another read');
    answers[0]?.();
    await early;
    assert.equal(feed.held, false);
    await new Promise(setImmediate);
    answers[1]?.();
    await new Promise(setImmediate);
    assert.equal(feed.held, true);
    await feed.stop();
  });

  it('refuses while the feed cannot be read, says so once, and comes back', async () => {
    let away = true;
    const since = () => (away ? Promise.reject(new Error('away')) : Promise.resolve(slice(1n)));
    const { feed, said } = feedOf({ since });
    for (let i = 0; i < 3; i += 1)
      await assert.rejects(feed.required('outcome_unknown'), /outcome_unknown/);
    assert.deepEqual(said, ['lease-lost']);
    away = false;
    await feed.required('unavailable');
    assert.deepEqual(said, ['lease-lost', 'lease-back']);
    await feed.stop();
  });

  it('is not held on to when an event could not be acted on: it comes again', async () => {
    const event = { id: 'e', kind: 'account-changed', userId: randomUUID() } as never;
    const { clock } = feedOf({});
    let fails = true;
    const done: unknown[] = [];
    const feed = new ControlFeed({
      rows: {
        since: () => Promise.resolve({ ...slice(1n), events: [event] }),
        expire: () => Promise.resolve(0),
      },
      clock,
      later: () => () => undefined,
      apply(applied) {
        if (fails) throw new Error('a bug');
        done.push(applied);
      },
      alongside: () => Promise.resolve(),
      missed: () => undefined,
      failed: () => undefined,
    });
    await feed.read();
    assert.equal(feed.held, false);
    fails = false;
    await feed.read();
    assert.equal(feed.held, true);
    await feed.read();
    assert.deepEqual(done, [event], 'once, although it was read again');
    await feed.stop();
  });

  it('believes nothing any more after half an hour, or in another incarnation of the database', async () => {
    const slices = [
      slice(10n, 0),
      slice(11n, 1_799_000),
      slice(12n, 3_600_000),
      slice(3n, 3_600_001),
    ];
    const { feed, said } = feedOf({ since: () => Promise.resolve(slices.shift() ?? slice(3n)) });
    await feed.read();
    await feed.read();
    assert.deepEqual(said, []);
    await feed.read();
    assert.deepEqual(said, ['missed']);
    await feed.read();
    assert.deepEqual(said, ['missed', 'missed']);
    await feed.stop();
  });
});
