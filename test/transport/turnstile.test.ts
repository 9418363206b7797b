/** A crowd passes one by one, and whoever was there before gets a word in between any two of them. */
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gathered } from '../../src/transport/socket/gathered.ts';
import { eventLoop, later } from '../../src/platform/system.ts';
import { turnstile } from '../../src/transport/turnstile.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const PLACES = 100;
const QUARTER = { quiet: 3, places: PLACES };
const nothingToDo = () => ({ active: 0, idle: 0 });

describe('the turnstile', () => {
  it('runs tasks in order, one in a turn of the event loop', async () => {
    const soon = turnstile({ loop: nothingToDo, later }, QUARTER);
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
    const tasks = order.filter((entry) => entry.startsWith('task'));
    assert.deepEqual(
      tasks,
      Array.from({ length: 20 }, (_, i) => `task ${i}`),
    );
    for (let i = 0; i < 18; i += 1)
      assert.ok(
        order.indexOf(`call ${i}`) < order.indexOf(`task ${i + 2}`),
        `a call of turn ${i} is not kept waiting by the crowd: ${order.join(', ')}`,
      );
  });

  /** A loop in which each task goes on for so long in later turns, and whose rests pass as `passes` says. */
  async function passed(tasks: number, goesOn: number, passes: 'idle' | 'active') {
    const time = { active: 0, idle: 0 };
    const rests: number[] = [];
    const rest = (milliseconds: number, task: () => void) => {
      rests.push(milliseconds);
      time[passes] += milliseconds;
      setImmediate(task);
    };
    const soon = turnstile({ loop: () => ({ ...time }), later: rest }, QUARTER);
    const one = () => void setImmediate(() => (time.active += goesOn));
    for (let i = 0; i < tasks; i += 1) soon(one);
    await new Promise<void>((resolve) => soon(resolve));
    return rests;
  }

  it('rests for three times as long as the loop was busy with what a task began', async () => {
    assert.deepEqual(await passed(3, 5, 'idle'), [15, 15, 15]);
  });

  it('rests no longer than 25 ms, however busy others keep the loop', async () => {
    assert.deepEqual(await passed(2, 100, 'idle'), [], 'they had their time meanwhile');
    assert.deepEqual(await passed(2, 10, 'active'), [15, 15], 'and never quiet');
  });

  it('goes on after a task that throws', async () => {
    const soon = turnstile({ loop: nothingToDo, later }, QUARTER);
    const heard = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
    let after = 0;
    soon(() => {
      throw new Error('a bug');
    });
    for (let i = 0; i < 10; i += 1) soon(() => (after += 1));
    await new Promise<void>((resolve) => soon(resolve));
    await thrown;
    for (const listener of heard) process.on('uncaughtException', listener);
    assert.equal(after, 10);
  });

  it('takes as many as it has places for, and says no to the next one until one has begun', async () => {
    const soon = turnstile({ loop: nothingToDo, later }, QUARTER);
    let begun = 0;
    const one = () => void (begun += 1);
    for (let i = 0; i < PLACES; i += 1) assert.equal(soon(one), true);
    assert.equal(
      soon(() => assert.fail('it was told no')),
      false,
    );
    const next = await new Promise<boolean>((resolve) => {
      setImmediate(() => resolve(soon(one))); // the first one has its turn before
    });
    assert.equal(next, true);
    while (begun < PLACES + 1) await new Promise(setImmediate);
  });

  it('keeps nothing of those who have passed, and has room for others, while a crowd goes on and on', async () => {
    const soon = turnstile({ loop: nothingToDo, later }, QUARTER);
    const passed: WeakRef<() => void>[] = [];
    await new Promise<void>((resolve) => {
      const another = (): void => {
        const one = () => {
          if (passed.length < 10 * PLACES) another();
          else resolve();
        };
        passed.push(new WeakRef(one));
        assert.equal(soon(one), true);
      };
      for (let i = 0; i < 3; i += 1) another();
    });
    await new Promise(setImmediate); // a reference that was made in this turn holds until it ends
    soon(() => undefined);
    collectGarbage();
    const kept = passed.filter((one) => one.deref() !== undefined).length;
    assert.ok(kept < 10, `${kept} of ${passed.length} are held`);
  });

  it('can be used again when everybody has passed', async () => {
    const soon = turnstile({ loop: eventLoop, later }, QUARTER);
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
