/** A crowd passes one by one, and whoever was there before gets a word in between any two of them. */
import assert from 'node:assert/strict';
import { gathered } from '../../src/transport/socket/gathered.ts';
import { later } from '../../src/platform/system.ts';
import { turnstile } from '../../src/transport/turnstile.ts';

describe('the turnstile', () => {
  it('runs tasks in order, and no more in one turn of the event loop than fit into a portion', async () => {
    let now = 0;
    const soon = turnstile({ monotonic: () => (now += 3), later }); // a look at the clock after each task: the least fits
    const order: string[] = [];
    const done = new Promise<void>((resolve) => {
      for (let i = 0; i < 20; i += 1)
        soon(() => {
          order.push(`task ${i}`);
          setImmediate(() => order.push(`call ${i}`)); // what arrives meanwhile
          if (i === 19) setImmediate(resolve);
        });
    });
    assert.equal(order.length, 0, 'nothing is begun in the turn of whoever asks');
    await done;
    const [tasks, calls] = ['task', 'call'].map((kind) =>
      order.filter((entry) => entry.startsWith(kind)),
    );
    assert.deepEqual(
      tasks,
      Array.from({ length: 20 }, (_, i) => `task ${i}`),
    );
    assert.equal(calls?.length, 20);
    for (let i = 0; i < 10; i += 1)
      assert.ok(
        order.indexOf(`call ${i}`) < order.indexOf(`task ${i + 8}`),
        `a call of turn ${i} is not kept waiting by the crowd: ${order.join(', ')}`,
      );
  });

  it('rests between two portions for as long as the one before took', async () => {
    let now = 0;
    const rests: number[] = [];
    const rest = (milliseconds: number, task: () => void) => {
      rests.push(milliseconds);
      setImmediate(task);
    };
    const soon = turnstile({ monotonic: () => now, later: rest });
    for (const takes of [1, 1, 1, 7, 5, 1, 1, 1]) soon(() => (now += takes));
    await new Promise<void>((resolve) => soon(resolve));
    assert.deepEqual(rests, [10, 8], 'ten for the first four, eight for the four after them');
  });

  it('makes one portion of what costs nothing, and goes on after a task that throws', async () => {
    const soon = turnstile({ monotonic: () => 0, later });
    const heard = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
    let turns = 0;
    const count = () => setImmediate(() => (turns += 1));
    let after = 0;
    soon(count);
    for (let i = 0; i < 100; i += 1) soon(() => (after += 1));
    soon(() => {
      throw new Error('a bug');
    });
    await new Promise<void>((resolve) => soon(resolve));
    await thrown;
    for (const listener of heard) process.on('uncaughtException', listener);
    assert.deepEqual([after, turns], [100, 1]);
  });

  it('can be used again when everybody has passed', async () => {
    const soon = turnstile({ monotonic: () => 0, later });
    for (let i = 0; i < 3; i += 1) await new Promise<void>((resolve) => soon(resolve));
  });
});

describe('refusals of a storm', () => {
  it('are told of once for all of five seconds, with how many they were and which was the first', () => {
    const due: [number, () => void][] = [];
    const told: [number, string][] = [];
    const later = (milliseconds: number, task: () => void) => {
      due.push([milliseconds, task]);
      return () => void due.pop();
    };
    const refusals = gathered(later, (count, traceId) => told.push([count, traceId]));
    for (let i = 0; i < 1_000; i += 1) refusals.count(`trace ${i}`);
    assert.deepEqual([told, due.map(([ms]) => ms)], [[], [5_000]]);
    due.pop()?.[1]();
    assert.deepEqual(told, [[1_000, 'trace 0']]);
    refusals.count('another');
    refusals.end();
    assert.deepEqual([told.at(-1), due.length], [[1, 'another'], 0], 'none is lost at the end');
    refusals.end();
    assert.equal(told.length, 2, 'and nothing is told of nothing');
  });
});
