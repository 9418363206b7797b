/** Calls share commits without sharing fates: at once when it is quiet, together in a crowd, apart when one must wait. */
import assert from 'node:assert/strict';
import { Grouping, LATER, Refusal, type GroupingOptions } from '../../src/kernel/index.ts';

interface Batch {
  readonly calls: readonly string[];
  readonly patient: boolean;
  answer(verdicts?: readonly (string | typeof LATER)[]): Promise<void>;
  fail(error: Error): Promise<void>;
}

/** Lets everything run that waits for nothing but a promise. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A grouping whose commits are answered by the test, and whose timers are rung by it. */
function scene(
  given: Pick<GroupingOptions<string, string>, 'monotonic' | 'lingerMs' | 'mostCalls'> = {},
) {
  const batches: Batch[] = [];
  const timers: { readonly milliseconds: number; readonly ring: () => Promise<void> }[] = [];
  const grouping = new Grouping<string, string>({
    heldBy: (call) => call.split(' ')[0] ?? '',
    ...given,
    decide: (calls, patient) =>
      new Promise((resolve, reject) => {
        batches.push({
          calls,
          patient,
          async answer(verdicts = calls.map((call) => `${call}: yes`)) {
            resolve(verdicts);
            await settled();
          },
          async fail(error) {
            reject(error);
            await settled();
          },
        });
      }),
    later(milliseconds, task) {
      const ring = async () => {
        task();
        await settled();
      };
      timers.push({ milliseconds, ring });
      return () => undefined;
    },
  });
  const batch = (i: number): Batch => {
    const found = batches[i];
    assert.ok(found, `there is no batch ${i}`);
    return found;
  };
  return { grouping, batches, batch, timers };
}

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'yes',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );

describe('a grouping', () => {
  it('commits a single call at once, without a timer', async () => {
    const { grouping, batch, batches, timers } = scene();
    const one = grouping.add('a 1');
    await settled();
    assert.deepEqual(batch(0).calls, ['a 1']);
    await batch(0).answer();
    assert.equal(await one, 'a 1: yes');
    assert.deepEqual([batches.length, timers.length, grouping.idle], [1, 0, true]);
  });

  it('lingers as long as it was told to, and no longer than a crowd is worth', async () => {
    for (const [lingerMs, crowd, expected] of [
      [undefined, 60, 10],
      [100, 60, 100],
      [100, 20, 40],
    ] as const) {
      const { grouping, batch, timers } = scene({ lingerMs });
      const all = Array.from({ length: crowd }, (_, i) => grouping.add(`a ${i}`));
      await settled();
      await batch(0).answer();
      await Promise.all(all);
      void grouping.add('a next').catch(() => undefined);
      await settled();
      assert.deepEqual(
        timers.map(({ milliseconds }) => milliseconds),
        [expected],
      );
    }
  });

  it('commits together what comes together, and what comes while a commit is under way', async () => {
    const { grouping, batch, batches, timers } = scene();
    const first = [grouping.add('a 1'), grouping.add('b 2')];
    await settled();
    const second = [grouping.add('a 3'), grouping.add('a 4'), grouping.add('c 5')];
    await settled();
    assert.deepEqual(
      batches.map(({ calls }) => calls),
      [['a 1', 'b 2']],
      'one commit at a time',
    );
    await batch(0).answer();
    assert.deepEqual(await Promise.all(first), ['a 1: yes', 'b 2: yes']);
    await timers[0]?.ring();
    assert.deepEqual(batch(1).calls, ['a 3', 'a 4', 'c 5']);
    await batch(1).answer();
    assert.deepEqual(await Promise.all(second), ['a 3: yes', 'a 4: yes', 'c 5: yes']);
    assert.ok(grouping.idle);
  });

  it('lingers while there is a crowd, at most ten milliseconds, and no longer when it is quiet', async () => {
    const { grouping, batch, timers } = scene();
    const crowd = Array.from({ length: 20 }, (_, i) => grouping.add(`a ${i}`));
    await settled();
    await batch(0).answer();
    await Promise.all(crowd);
    const after = grouping.add('a late');
    await settled();
    const [timer] = timers;
    assert.equal(timer?.milliseconds, 10);
    await timer.ring();
    assert.deepEqual(batch(1).calls, ['a late']);
    await batch(1).answer();
    await after;
    const quiet = grouping.add('a quiet');
    await settled();
    assert.deepEqual([batch(2).calls, timers.length], [['a quiet'], 1]);
    await batch(2).answer();
    await quiet;
  });

  it('shares commits also where calls never overlap, as long as they come thick and fast', async () => {
    let now = 1_000;
    const { grouping, batch, batches, timers } = scene({ monotonic: () => now });
    const oneByOne = async (calls: number, everyMs: number) => {
      for (let i = 0; i < calls; i += 1) {
        const verdict = grouping.add(`a ${i}`);
        await settled();
        await batch(batches.length - 1).answer();
        assert.equal(await verdict, `a ${i}: yes`);
        now += everyMs;
      }
    };
    await oneByOne(8, 21);
    now += 100;
    await oneByOne(5, 19);
    assert.deepEqual([batches.length, timers.length], [13, 0], 'every 21 ms is no crowd');
    const sixth = grouping.add('a sixth'); // 95 ms after the first of five
    now += 3;
    const seventh = grouping.add('a seventh');
    await settled();
    assert.deepEqual([batches.length, timers.map(({ milliseconds }) => milliseconds)], [13, [10]]);
    await timers[0]?.ring();
    assert.deepEqual(batch(13).calls, ['a sixth', 'a seventh']);
    await batch(13).answer();
    assert.deepEqual(await Promise.all([sixth, seventh]), ['a sixth: yes', 'a seventh: yes']);
  });

  it('decides apart what somebody else holds, and lets nobody wait for it who need not', async () => {
    const { grouping, batch, timers } = scene();
    const calls = ['a 1', 'busy 2', 'b 3', 'busy 4'].map((call) => grouping.add(call));
    await settled();
    await batch(0).answer(['a yes', LATER, 'b yes', LATER]);
    assert.deepEqual(await Promise.all([calls[0], calls[2]]), ['a yes', 'b yes']);
    assert.deepEqual([batch(1).calls, batch(1).patient], [['busy 2', 'busy 4'], true]);
    const next = grouping.add('a 5');
    await settled();
    await timers[0]?.ring();
    await batch(2).answer();
    assert.equal(await next, 'a 5: yes', 'while the others still wait');
    await batch(1).answer(['2 yes', '4 no']);
    assert.deepEqual(await Promise.all([calls[1], calls[3]]), ['2 yes', '4 no']);
  });

  it('waits for two things at a time, and for each with one batch', async () => {
    const { grouping, batch, batches } = scene();
    const calls = ['x 1', 'y 2', 'z 3', 'x 4'].map((call) => code(grouping.add(call)));
    await settled();
    await batch(0).answer([LATER, LATER, LATER, LATER]);
    const waiting = () => batches.slice(1).map(({ calls: of }) => of);
    assert.deepEqual(waiting(), [['x 1', 'x 4'], ['y 2']]);
    await batch(2).answer();
    assert.deepEqual(waiting(), [['x 1', 'x 4'], ['y 2'], ['z 3']]);
    await batch(1).answer();
    await batch(3).answer([LATER]);
    assert.deepEqual(await Promise.all(calls), ['yes', 'yes', 'overloaded', 'yes']);
    assert.ok(grouping.idle);
  });

  it('finds the call that breaks a batch, and breaks nobody else’s', async () => {
    const { grouping, batch, batches } = scene();
    const calls = ['a 1', 'a poison', 'a 3'].map((call) => code(grouping.add(call)));
    await settled();
    for (let i = 0; i < batches.length; i += 1) {
      const poisoned = batch(i).calls.includes('a poison');
      await (poisoned ? batch(i).fail(new Error('poison')) : batch(i).answer());
    }
    assert.deepEqual(await Promise.all(calls), ['yes', 'Error: poison', 'yes']);
  });

  it('gives a refusal of the commit to every call, and asks no second time', async () => {
    const { grouping, batch, batches } = scene();
    const calls = ['a 1', 'a 2'].map((call) => code(grouping.add(call)));
    await settled();
    await batch(0).fail(new Refusal('outcome_unknown'));
    assert.deepEqual(await Promise.all(calls), ['outcome_unknown', 'outcome_unknown']);
    assert.equal(batches.length, 1);
  });

  it('takes too few verdicts for an unknown outcome', async () => {
    const { grouping, batch } = scene();
    const calls = ['a 1', 'a 2'].map((call) => code(grouping.add(call)));
    await settled();
    await batch(0).answer(['yes']);
    assert.deepEqual(await Promise.all(calls), ['outcome_unknown', 'outcome_unknown']);
  });

  it('refuses beyond two thousand, and has room again when some are done', async () => {
    const { grouping, batch } = scene();
    const calls = Array.from({ length: 2_000 }, (_, i) => code(grouping.add(`a ${i}`)));
    await settled();
    assert.throws(() => grouping.add('a more'), { code: 'overloaded' });
    await batch(0).answer();
    await Promise.all(calls.slice(0, 128));
    void code(grouping.add('a more'));
    assert.equal(batch(1).calls.length, 128, 'a full batch lingers for nobody');
  });

  it('takes as many into a commit as its operation says', async () => {
    const { grouping, batch } = scene({ mostCalls: 200 });
    const calls = Array.from({ length: 450 }, (_, i) => grouping.add(`a ${i}`));
    await settled();
    const sizes: number[] = [];
    for (let i = 0; i < 2; i += 1) {
      sizes.push(batch(i).calls.length);
      await batch(i).answer();
    }
    assert.deepEqual(sizes, [200, 200]);
    await Promise.all(calls.slice(0, 400));
  });
});
