/** Runs of a script share writes in a crowd, and nothing else: each has its own answer, its own error, and none is left. */
import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import { ScriptRuns } from '../../src/platform/redis-scripts.ts';
import { OwnRedis } from '../support/own-redis.ts';

/** Counts by one, and says how far it came and what it was told. */
const COUNT = `return { redis.call('INCR', KEYS[1]), ARGV[1] }`;
const TIMEOUT_MS = 250;

describe('runs of a script', function () {
  this.timeout(240_000);
  let redis: OwnRedis;
  let client: Redis;
  let runs: ScriptRuns;
  before(async () => {
    redis = await OwnRedis.start();
  });
  after(() => redis.end());
  beforeEach(async () => {
    await redis.admin.flushall();
    client = redis.client({ commandTimeout: TIMEOUT_MS });
    await client.ping();
    runs = new ScriptRuns(client, COUNT);
  });

  const crowd = (size: number, key = 'counter') =>
    Array.from({ length: size }, (_, i) => runs.run([key], [String(i)]));
  const reads = async () => {
    const stats = await redis.admin.info('stats');
    return Number(/total_reads_processed:(\d+)/.exec(stats)?.[1]);
  };

  it('answer each with its own, in the order in which they were asked for', async () => {
    const answers = await Promise.all(crowd(300));
    assert.deepEqual(
      answers,
      Array.from({ length: 300 }, (_, i) => [i + 1, String(i)]),
    );
  });

  it('wait a moment for each other in a crowd, and never for nobody', async () => {
    const spread = async (many: number) => {
      const before = await reads();
      const all: Promise<unknown>[] = [];
      for (let i = 0; i < many; i += 1) {
        all.push(runs.run(['counter'], [String(i)]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(all);
      return (await reads()) - before;
    };
    await spread(64);
    const crowded = await spread(64);
    assert.ok(crowded < 32, `${crowded} reads for 64 runs that came one after the other`);
    for (let i = 0; i < 20; i += 1) await runs.run(['counter'], ['alone']);
    const before = await reads();
    for (let i = 0; i < 20; i += 1) await runs.run(['counter'], ['alone']);
    assert.equal((await reads()) - before - 1, 20, 'a write for each');
  });

  it('leave in few writes when there are many, and at once when alone', async () => {
    await runs.run(['counter'], ['the script is known']);
    const before = await reads();
    await Promise.all(crowd(129));
    const after = await reads();
    assert.ok(after - before <= 4, `${after - before} reads for 129 runs`); // one of them is the question itself
    assert.deepEqual(await runs.run(['alone'], ['x']), [1, 'x']);
  });

  it('go on when the server has forgotten the script', async () => {
    await runs.run(['counter'], ['x']);
    await redis.admin.script('FLUSH');
    assert.deepEqual(await Promise.all(crowd(3)), [
      [2, '0'],
      [3, '1'],
      [4, '2'],
    ]);
  });

  it('fail alone: an error is the answer to the run that made it', async () => {
    await redis.admin.set('word', 'not a number');
    const all = [...crowd(2), ...crowd(2, 'word'), ...crowd(2)];
    const settled = await Promise.allSettled(all);
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled'],
    );
  });

  it('wait for a server that stands still for one timeout, however many they are', async () => {
    await runs.run(['counter'], ['x']);
    await redis.admin.client('PAUSE', 3_000, 'ALL');
    const began = performance.now();
    const settled = await Promise.allSettled(crowd(400));
    const took = performance.now() - began;
    await redis.admin.ping(); // answered when the pause is over
    assert.ok(settled.every(({ status }) => status === 'rejected'));
    assert.ok(took >= TIMEOUT_MS - 10, 'it was waited for');
    // One after the other they would take 400 times as long. The machine may be busy.
    assert.ok(took < 40 * TIMEOUT_MS, `all had their answer after ${took} ms`);
    const [, word] = (await runs.run(['counter'], ['back'])) as [number, string];
    assert.equal(word, 'back');
  });

  it('fail at once while there is no connection', async () => {
    client.disconnect();
    const settled = await Promise.allSettled(crowd(3));
    assert.ok(settled.every(({ status }) => status === 'rejected'));
  });
});
