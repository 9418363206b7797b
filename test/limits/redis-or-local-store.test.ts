/** The door of HTTP counts in Redis for all nodes, goes on alone when Redis fails, and is open at no time. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  admissionTable,
  Breaker,
  LocalWindows,
  redisOrLocalStore,
} from '../../src/limits/index.ts';
import { HandClock, HOUR, SECOND } from '../support/hand-clock.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { limitNode, type LimitNode } from './nodes.ts';

const CALLS = 20;
const ADMISSION = admissionTable({ requestsPerHour: CALLS, handshakesPerMinute: 1 });

describe('the store of the door', () => {
  let redis: OwnRedis;
  let clock: HandClock;
  let a: LimitNode;
  let b: LimitNode;
  let key: string;
  before(async function () {
    redis = await OwnRedis.start();
  });
  beforeEach(async () => {
    clock = new HandClock();
    const options = { clock, url: redis.url, admission: ADMISSION };
    [a, b] = await Promise.all([limitNode(options), limitNode(options)]);
    key = randomUUID();
  });
  afterEach(() => [a, b].forEach(({ link }) => link.close()));
  after(() => redis.end());

  const hit = (node: LimitNode) => node.door.rows['http.request'].hit(key);

  /** How many hits are admitted before the first that is not. */
  async function admitted(node: LimitNode): Promise<number> {
    for (let times = 0; times < 10 * CALLS; times += 1)
      if ((await hit(node)).hits > CALLS) return times;
    return assert.fail('it is open');
  }

  /** The shared window is over: what Redis does by itself when the time has come. */
  async function windowEnds(): Promise<void> {
    const [name = '', ...others] = await redis.admin.keys(`*${key}*`);
    assert.ok(name !== '' && others.length === 0);
    await redis.admin.pexpireat(name, 1);
  }

  it('admits as much as is allowed and no more, counted by two nodes at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 * CALLS }, (_, i) => hit(i % 2 === 0 ? a : b)),
    );
    assert.equal(answers.filter(({ hits }) => hits <= CALLS).length, CALLS);
    for (const { hits, resetMs } of answers)
      if (hits > CALLS) assert.ok(resetMs > 0 && resetMs <= HOUR + HOUR / 60);
    assert.deepEqual([a.changes, b.changes], [[], []]);
  });

  it('tells each hit its number', async () => {
    for (let hits = 1; hits <= CALLS; hits += 1)
      assert.equal((await hit(hits % 2 === 0 ? a : b)).hits, hits);
  });

  it('admits in any hour no more than is allowed on one node, and at most twice on several', async () => {
    assert.equal(await admitted(a), CALLS);
    assert.equal(await admitted(b), 0);
    clock.forward(HOUR / 2);
    await windowEnds();
    assert.equal(await admitted(a), 0, 'half an hour is no hour');
    assert.equal(await admitted(b), CALLS, 'the price of a fixed window');
    assert.equal(await admitted(b), 0);
    clock.forward(HOUR / 2 + HOUR / 60);
    assert.equal(await admitted(a), 0, 'the second window is full');
    await windowEnds();
    assert.equal(await admitted(a), CALLS);
  });

  it('sends nothing to Redis that the node refuses by itself', async () => {
    await a.door.rows['http.probe'].hit(key); // Redis knows the script from here on
    const before = a.commands();
    assert.equal(await admitted(a), CALLS);
    for (let i = 0; i < 100; i += 1) assert.ok((await hit(a)).hits > CALLS);
    assert.equal(a.commands() - before, CALLS, 'one command for each that was admitted');
  });

  /** Not `once` of Node: it gives up at the errors that come while Redis is away. */
  const heard = ({ link }: LimitNode, event: 'close' | 'ready') =>
    new Promise<void>((resolve) => link.client.once(event, () => resolve()));
  const faults: Record<string, { begin: () => Promise<unknown>; end: () => Promise<unknown> }> = {
    killed: {
      begin: () => Promise.all([redis.kill(), heard(a, 'close'), heard(b, 'close')]),
      end: () => Promise.all([redis.begin(), heard(a, 'ready'), heard(b, 'ready')]),
    },
    paused: {
      begin: () => redis.admin.client('PAUSE', 600_000, 'WRITE'),
      end: () => redis.admin.client('UNPAUSE'),
    },
    'out of memory': {
      begin: () => redis.admin.config('SET', 'maxmemory', '1'),
      end: () => redis.admin.config('SET', 'maxmemory', '0'),
    },
  };
  for (const [fault, { begin, end }] of Object.entries(faults))
    it(`goes on by the node's own count when Redis is ${fault}, and back when it is there`, async () => {
      for (let i = 0; i < 8; i += 1) await hit(a);
      await begin();
      assert.equal(await admitted(a), CALLS - 8, 'no fresh start');
      assert.equal(await admitted(b), CALLS, 'each node by itself, and closed');
      await end();
      clock.forward(SECOND);
      assert.equal(await admitted(a), 0, 'what was counted alone still counts');
      key = randomUUID();
      for (let i = 0; i < 8; i += 1) await hit(a);
      assert.equal(await admitted(b), CALLS - 8, 'and they count together again');
      assert.deepEqual(
        [a.changes, b.changes],
        [
          ['away', 'back'],
          ['away', 'back'],
        ],
      );
    });

  it('waits for a Redis that is paused once, not once a hit, and asks again every second', async () => {
    await hit(a);
    await redis.admin.client('PAUSE', 600_000, 'WRITE');
    const asked = a.commands();
    for (let i = 0; i < 10; i += 1) await hit(a);
    assert.equal(a.commands() - asked, 1);
    clock.forward(SECOND);
    await Promise.all(Array.from({ length: 5 }, () => hit(a)));
    assert.equal(a.commands() - asked, 2, 'one hit finds out for all');
    await redis.admin.client('UNPAUSE');
  });

  it('admits no more than fit in the node when Redis dies under hits that all wait for it', async () => {
    await hit(a);
    await redis.admin.client('PAUSE', 600_000, 'WRITE');
    const answers = await Promise.all(Array.from({ length: 5 * CALLS }, () => hit(a)));
    await redis.admin.client('UNPAUSE');
    assert.equal(answers.filter(({ hits }) => hits <= CALLS).length, CALLS - 1);
  });

  it('gives nobody a fresh start by a Redis that was emptied, and needs no script to be there', async () => {
    for (let i = 0; i < 8; i += 1) await hit(a);
    await redis.admin.flushall();
    await redis.admin.script('FLUSH');
    assert.equal(await admitted(a), CALLS - 8);
    assert.deepEqual(a.changes, [], 'it was never away');
  });

  it('holds what it counts in bounded space, however many keys there are and however long Redis is away', async () => {
    const local = new LocalWindows(() => clock.now().getTime(), 100);
    const store = redisOrLocalStore({
      row: ADMISSION['http.request'],
      shared: { hit: () => Promise.reject(new Error('away')) },
      local,
      breaker: new Breaker({ monotonic: () => 0, changed: () => undefined }),
    });
    for (let i = 0; i < 1_000; i += 1) assert.equal((await store.hit(`key ${i}`)).hits, 1);
    assert.equal(local.size, 100);
  });
});
