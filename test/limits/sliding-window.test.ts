/** The shared windows against one that remembers every call: two nodes, one Redis, never too generous, hardly too strict. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Refusal, type Actor } from '../../src/kernel/index.ts';
import {
  Breaker,
  LIMIT_TABLE,
  LocalWindows,
  SlidingWindows,
  type LimitTable,
} from '../../src/limits/index.ts';
import { HandClock, MINUTE, SECOND } from '../support/hand-clock.ts';
import { chance, ExactWindow } from './exact-window.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { actor, anonymous, limitNode, type LimitNode } from './nodes.ts';

const CALLS = 10_000;
const WINDOWS = [
  { by: 'user', milliseconds: 20 * SECOND, calls: 20 },
  { by: 'user', milliseconds: 2 * MINUTE, calls: 90 },
] as const;
const TABLE: LimitTable = {
  ...LIMIT_TABLE,
  'message.write': { whenStoreFails: 'local', windows: WINDOWS },
};

const unbroken = () =>
  new Breaker({ monotonic: () => 0, changed: () => assert.fail('Redis is there') });

describe('the shared sliding windows', () => {
  const clock = new HandClock();
  let nodes: readonly [LimitNode, LimitNode];
  before(async () => {
    const options = { clock, table: TABLE };
    nodes = await Promise.all([limitNode(options), limitNode(options)]);
  });
  after(() => nodes.forEach(({ link }) => link.close()));

  /** Null for a yes, else how long to wait, and for which window. */
  async function verdict(node: LimitNode, caller: Actor) {
    try {
      await node.take('message.write', caller, null);
      return null;
    } catch (error) {
      assert.ok(error instanceof Refusal && error.code === 'rate_limited', String(error));
      const { windowMs } = error.detail as { windowMs: number };
      return { wait: error.retryAfterMs ?? NaN, windowMs };
    }
  }
  const refused = async (node: LimitNode, caller: Actor) =>
    (await verdict(node, caller))?.wait ?? null;

  it(`agree with an exact window to a sixtieth in ${CALLS} calls to two nodes`, async function () {
    this.timeout(240_000);
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = chance(seed);
    const callers = Array.from({ length: 8 }, () => ({
      caller: actor(),
      exact: WINDOWS.map(({ milliseconds, calls }) => new ExactWindow(milliseconds, calls)),
    }));
    const count = { admitted: 0, refused: 0, tooStrict: 0 };
    let largest = 0;
    for (let call = 0; call < CALLS; call += 1) {
      const kind = random();
      // Many at the same moment, now and then a pause as long as a window.
      if (kind > 0.995) clock.forward(Math.floor(random() * 2 * MINUTE));
      else if (kind > 0.5) clock.forward(Math.floor(random() * 200));
      const { caller, exact } = callers[Math.floor(random() * callers.length)] ?? assert.fail();
      const now = clock.now().getTime();
      const waits = exact.map((window) => window.wait(now));
      const told = await verdict(random() < 0.5 ? nodes[0] : nodes[1], caller);
      const context = `seed ${seed}, call ${call}, exact ${waits.join('/')}, told ${JSON.stringify(told)}`;
      if (told === null) {
        assert.deepEqual(waits, [0, 0], `never too generous: ${context}`);
        for (const window of exact) window.add(now);
        count.admitted += 1;
        continue;
      }
      count.refused += 1;
      if (Math.max(...waits) === 0) count.tooStrict += 1;
      assert.ok(told.wait >= Math.max(...waits), `the told time is enough: ${context}`);
      const fired = exact.findIndex(({ milliseconds }) => milliseconds === told.windowMs);
      const error = (told.wait - (waits[fired] ?? NaN)) / told.windowMs;
      largest = Math.max(largest, error);
      // Times are whole milliseconds, and rounded up.
      assert.ok(error <= 1 / 60 + 1 / told.windowMs, `error ${error}: ${context}`);
    }
    assert.ok(count.admitted > 1_000 && count.refused > 1_000, JSON.stringify(count));
    console.log(
      `      largest error ${largest.toFixed(5)} of the window (1/60 is ${(1 / 60).toFixed(5)}); ${JSON.stringify(count)}`,
    );
  });

  it('admit exactly as many as there is room for when both nodes ask at once', async () => {
    const one = actor();
    const asked = Array.from({ length: 200 }, (_, i) => refused(nodes[i % 2 === 0 ? 0 : 1], one));
    const answers = await Promise.all(asked);
    assert.equal(answers.filter((answer) => answer === null).length, 20);
  });

  it('count every request, also many in the same millisecond', async () => {
    const one = actor();
    for (let left = 19; left >= 0; left -= 1)
      assert.equal(
        (await nodes[left % 2 === 0 ? 0 : 1].take('message.write', one, null))?.remaining,
        left,
      );
    assert.ok((await refused(nodes[0], one)) !== null);
  });

  it('do not move the time to wait by what they refuse, and admit when it has passed', async () => {
    const one = actor();
    for (let i = 0; i < 20; i += 1) await nodes[0].take('message.write', one, null);
    const first = await refused(nodes[0], one);
    assert.ok(first !== null && first >= 20 * SECOND && first <= 20 * SECOND + 334);
    let waited = 0;
    for (const step of [1, 500, 7_000, 12_000]) {
      clock.forward(step);
      waited += step;
      for (let i = 0; i < 30; i += 1) assert.equal(await refused(nodes[1], one), first - waited);
    }
    clock.forward(first - waited - 1);
    assert.equal(await refused(nodes[0], one), 1);
    clock.forward(1);
    assert.equal(await refused(nodes[0], one), null);
  });

  it('judge in Lua as they do in memory, also when the clock is set back', async () => {
    const time = new HandClock();
    const now = () => time.now().getTime();
    const local = new LocalWindows(now);
    const { link } = nodes[0];
    const script = link.script.bind(link);
    const shared = new SlidingWindows({ script, breaker: unbroken(), time: now });
    const tag = `limit:{${randomUUID()}}`;
    const asks = [
      { key: `${tag}:a`, milliseconds: 5_000, calls: 7 },
      { key: `${tag}:b`, milliseconds: 61_234, calls: 30 },
    ];
    const random = chance(7);
    for (let call = 0; call < 1_000; call += 1) {
      const back = random() > 0.99;
      time.forward(Math.floor(back ? -100_000 * random() : 900 * random()));
      const here = local.look(asks);
      assert.deepEqual(await shared.take(asks), here, `call ${call}`);
      if (here.every(({ allowed }) => allowed)) local.add(asks);
    }
  });

  it('are one command a call, whatever the windows, and go by the clock of Redis', async function () {
    const node = await limitNode({ clock, byHand: false });
    try {
      const one = actor('admin');
      const login = anonymous(one.workspaceId);
      await node.take('state.write', one, null);
      const before = node.commands();
      await node.take('message.write', one, null);
      await node.take('auth.login', login, 'somebody@example.org');
      await node.admit(randomUUID());
      assert.equal(node.commands() - before, 3);
      clock.forward(10 * MINUTE); // which is nothing to Redis
      assert.equal((await node.take('message.write', one, null))?.remaining, 18);

      const rounds = 500;
      const began = performance.now();
      for (let i = 0; i < rounds; i += 1) await node.take('state.write', one, null);
      const each = ((performance.now() - began) / rounds) * 1_000;
      assert.equal(node.commands() - before, 4 + rounds);
      const width = 50;
      const together = performance.now();
      for (let i = 0; i < rounds; i += width)
        await Promise.all(Array.from({ length: width }, () => node.take('state.write', one, null)));
      const amid = ((performance.now() - together) / rounds) * 1_000;
      console.log(
        `      a call costs ${each.toFixed(0)} µs by itself, ${amid.toFixed(0)} µs among ${width}`,
      );
    } finally {
      node.link.close();
    }
  });

  it('send a script that Redis forgot once more, and go on without a gap', async () => {
    const redis = await OwnRedis.start(); // what it forgets, it forgets for everybody
    const node = await limitNode({ clock, table: TABLE, url: redis.url });
    try {
      const one = actor();
      await node.take('message.write', one, null);
      await redis.admin.script('FLUSH');
      assert.equal((await node.take('message.write', one, null))?.remaining, 18);
      assert.deepEqual(node.changes, []);
    } finally {
      node.link.close();
      await redis.end();
    }
  });

  it('hold less than two kilobytes a window however much is counted, and none when it is over', async () => {
    const { link } = nodes[0];
    const shared = new SlidingWindows({
      script: link.script.bind(link),
      breaker: unbroken(),
      time: () => clock.now().getTime(),
    });
    const key = `limit:{${randomUUID()}}`;
    const asks = [{ key, milliseconds: MINUTE, calls: 1e9 }];
    for (let i = 0; i < 2_000; i += 1) {
      await shared.take(asks);
      clock.forward(100);
    }
    const fields = await link.client.hlen(key);
    const bytes = Number(await link.client.memory('USAGE', key));
    assert.ok(fields <= 62, `${fields} fields`);
    assert.ok(bytes < 2_048, `${bytes} bytes`);
    const left = await link.client.pttl(key);
    assert.ok(left > 0 && left <= MINUTE + SECOND, `expires in ${left} ms`);
    console.log(`      a window of ${fields} parts is ${bytes} bytes`);
  });
});
