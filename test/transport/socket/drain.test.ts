/** Leaving in order: one slow call keeps one connection, time ends all, and nobody comes back in the same instant. */
import assert from 'node:assert/strict';
import { systemClock, systemEntropy } from '../../../src/platform/system.ts';
import { drain } from '../../../src/transport/socket/drain.ts';
import type { Queue } from '../../../src/transport/socket/gate.ts';
import type { ClientSocket } from '../../../src/transport/socket/types.ts';

const NEVER = new Promise<void>(() => undefined);
const DONE = Promise.resolve();

/** A connection that writes down what it is told, with a call that is answered when `answered` resolves. */
function connection(answered: Promise<void>) {
  const told: [string, unknown][] = [];
  const state = { told, open: true, retryAfterMs: null as number | null };
  const socket = {
    emit: (event: string, payload: unknown) => void told.push([event, payload]),
    disconnect: () => void (state.open = false),
  };
  const queue: Queue = {
    finish(retryAfterMs) {
      state.retryAfterMs = retryAfterMs;
      return answered;
    },
  };
  return { state, entry: [socket as unknown as ClientSocket, queue] as const };
}

describe('draining', () => {
  let overdue: () => void;
  let callsOff: number;
  const options = {
    entropy: systemEntropy(systemClock),
    later: (_milliseconds: number, task: () => void) => {
      overdue = task;
      return () => void (callsOff += 1);
    },
    drainMs: 6_000,
  };
  beforeEach(() => {
    callsOff = 0;
  });
  const settled = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };

  it('closes each connection as soon as it has its answers, whatever the others wait for', async () => {
    const [quick, slow] = [connection(DONE), connection(NEVER)];
    const drained = drain(new Map([quick.entry, slow.entry]), DONE, options);
    await settled();
    assert.deepEqual([quick.state.open, slow.state.open], [false, true]);
    assert.deepEqual(
      quick.state.told.map(([event]) => event),
      ['server.draining', 'connection.closing'],
    );
    const reconnectInMs = slow.state.retryAfterMs;
    assert.deepEqual(slow.state.told, [['server.draining', { reconnectInMs }]]);
    overdue();
    await drained;
    assert.equal(slow.state.open, false);
    assert.equal(slow.state.told.at(-1)?.[0], 'connection.closing');
  });

  it('waits for the requests over HTTP, as long as there is time', async () => {
    let over = false;
    const drained = drain(new Map(), NEVER, options).then(() => (over = true));
    await settled();
    assert.equal(over, false);
    overdue();
    await drained;
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const next = drain(new Map(), answered, options);
    answer();
    await next;
    assert.equal(callsOff, 2, 'no timer is left');
  });

  it('spreads the returns: a second for few, a millisecond for each of many, five seconds at most', async () => {
    for (const [connections, spread] of [
      [300, 1_000],
      [2_000, 2_000],
      [7_000, 5_000],
    ] as const) {
      const all = Array.from({ length: connections }, () => connection(DONE));
      await drain(new Map(all.map(({ entry }) => entry)), DONE, options);
      const pauses = all.map(({ state }) => state.retryAfterMs ?? 0);
      const [least, most] = [Math.min(...pauses), Math.max(...pauses)];
      assert.ok(least >= 250 && most < 250 + spread, `${least} to ${most}`);
      assert.ok(most - least > spread * 0.8, `${least} to ${most} is no spread of ${spread}`);
    }
  });
});
