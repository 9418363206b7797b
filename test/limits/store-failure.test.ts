/** A Redis that is killed, paused or emptied opens no limit: the node counts by itself, and goes back when it is there. */
import assert from 'node:assert/strict';
import type { LimitName } from '../../src/contract/index.ts';
import { Refusal, type Actor, type Anonymous } from '../../src/kernel/index.ts';
import { admissionTable, Breaker, SlidingWindows } from '../../src/limits/index.ts';
import { HandClock, MINUTE, SECOND } from '../support/hand-clock.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { actor, anonymous, limitNode, type LimitNode } from './nodes.ts';

const EMAIL = 'somebody@example.org';
const LOGINS = 5;
const MESSAGES = 20;

describe('limits whose Redis fails', () => {
  let redis: OwnRedis;
  let clock: HandClock;
  let node: LimitNode;
  let one: Actor;
  let stranger: Anonymous;
  before(async function () {
    redis = await OwnRedis.start();
  });
  beforeEach(async () => {
    clock = new HandClock();
    node = await limitNode({ clock, url: redis.url });
    one = actor();
    stranger = anonymous(one.workspaceId);
  });
  afterEach(() => node.link.close());
  after(async () => {
    await redis.end();
  });

  async function taken(name: LimitName, caller: Actor | Anonymous, most = 100): Promise<number> {
    for (let times = 0; times < most; times += 1)
      try {
        await node.take(name, caller, EMAIL);
      } catch (error) {
        assert.ok(error instanceof Refusal && error.code === 'rate_limited', String(error));
        assert.ok((error.retryAfterMs ?? 0) > 0, 'a refused call keeps a time to come back');
        return times;
      }
    return most;
  }

  /** Not `once` of Node: it gives up at the errors that come while Redis is away. */
  const heard = (event: 'close' | 'ready') =>
    new Promise<void>((resolve) => node.link.client.once(event, () => resolve()));

  const faults: Record<string, { begin: () => Promise<unknown>; end: () => Promise<unknown> }> = {
    killed: {
      async begin() {
        const closed = heard('close');
        await Promise.all([redis.kill(), closed]);
      },
      async end() {
        const ready = heard('ready');
        await Promise.all([redis.begin(), ready]);
      },
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

  for (const [fault, { begin, end }] of Object.entries(faults)) {
    it(`give a credential no fresh start when Redis is ${fault}, nor when it is back`, async () => {
      assert.equal(await taken('auth.login', stranger, 3), 3);
      await begin();
      assert.equal(await taken('auth.login', stranger), LOGINS - 3);
      assert.deepEqual(node.changes, ['away']);
      assert.equal(await taken('auth.login', anonymous(one.workspaceId, '192.0.2.9')), 0, 'named');
      await end();
      clock.forward(SECOND);
      assert.equal(await taken('auth.login', stranger), 0, 'what was counted alone still counts');
      clock.forward(MINUTE + SECOND);
      assert.equal(await taken('auth.login', stranger), LOGINS);
      assert.deepEqual(node.changes, ['away', 'back']);
    });

    it(`let messages through by this node's own count when Redis is ${fault}`, async () => {
      assert.equal(await taken('message.write', one, 15), 15);
      await begin();
      assert.equal(await taken('message.write', one), MESSAGES, 'a count of its own, and closed');
      assert.equal(await taken('read', one), 100);
      await end();
      clock.forward(SECOND);
      // Killed, it comes back empty; paused, it carries out late what nobody waited for any longer.
      const counted = { killed: 0, paused: 16 }[fault] ?? 15;
      assert.equal(await taken('message.write', one), MESSAGES - counted);
      assert.deepEqual(node.changes, ['away', 'back']);
    });
  }

  it('wait for a Redis that is paused once, not once a call, and ask again every second', async () => {
    await node.take('message.write', one, null);
    await redis.admin.client('PAUSE', 600_000, 'WRITE');
    const asked = node.commands();
    for (let i = 0; i < 10; i += 1) await node.take('message.write', one, null);
    assert.equal(node.commands() - asked, 1);
    clock.forward(SECOND);
    await Promise.all(Array.from({ length: 10 }, () => node.take('read', one, null)));
    assert.equal(node.commands() - asked, 2, 'one call finds out for all');
    await redis.admin.client('UNPAUSE');
    clock.forward(SECOND);
    await node.take('message.write', one, null);
    await node.take('message.write', one, null);
    assert.deepEqual([node.commands() - asked, node.changes], [4, ['away', 'back']]);
  });

  it('admit no more than fit in the node when Redis dies under calls that all wait for it', async () => {
    await redis.admin.client('PAUSE', 600_000, 'WRITE');
    const calls = Array.from({ length: 50 }, () => node.take('auth.login', stranger, EMAIL));
    const answers = await Promise.allSettled(calls);
    assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, LOGINS);
    await redis.admin.client('UNPAUSE');
  });

  it('give a credential no fresh start when Redis is flushed; a message counts anew', async () => {
    assert.equal(await taken('auth.login', stranger), LOGINS);
    assert.equal(await taken('message.write', one), MESSAGES);
    await redis.admin.flushall();
    assert.equal(await taken('auth.login', stranger), 0);
    assert.equal(await taken('message.write', one), MESSAGES);
    assert.deepEqual(node.changes, [], 'it was never away');
  });

  it('give a credential no fresh start when the clock is set, forward or back', async () => {
    await redis.admin.client('PAUSE', 600_000, 'WRITE');
    assert.equal(await taken('auth.login', stranger), LOGINS);
    for (const hours of [1, -2]) {
      clock.set(hours * 60 * MINUTE);
      assert.equal(await taken('auth.login', stranger), 0);
    }
    clock.forward(MINUTE + SECOND);
    assert.equal(await taken('auth.login', stranger), LOGINS, 'and nobody waits for longer');
    await redis.admin.client('UNPAUSE');
  });

  it('keep the door of sockets as well: an address is admitted as often as it was, and asking never fails', async () => {
    const admission = admissionTable({ requestsPerHour: 1_000, handshakesPerMinute: 4 });
    const door = await limitNode({ clock, url: redis.url, admission });
    try {
      const admitted = async () => {
        const answers = [];
        for (let i = 0; i < 6; i += 1) answers.push(await door.admit('192.0.2.77'));
        return answers.filter((refusal) => refusal === null).length;
      };
      await door.admit('192.0.2.77');
      await redis.admin.client('PAUSE', 600_000, 'WRITE');
      assert.equal(await admitted(), 3);
      const refusal = await door.admit('192.0.2.77');
      assert.deepEqual([refusal?.code, refusal?.limit?.remaining], ['rate_limited', 0]);
      await redis.admin.client('UNPAUSE');
      clock.forward(MINUTE + SECOND);
      assert.equal(await admitted(), 4);
    } finally {
      door.link.close();
    }
  });

  it('never reach Redis with what the node refuses by itself', async () => {
    assert.equal(await taken('auth.login', stranger), LOGINS);
    const asked = node.commands();
    assert.equal(await taken('auth.login', stranger), 0);
    assert.equal(node.commands(), asked);
  });

  it('take an answer that cannot be read for none', async () => {
    for (const answer of [null, 'OK', [], [1, 2], ['1', 2, 3], [1, NaN, 3], [1, 2, 3, 4]]) {
      const changes: string[] = [];
      const changed = (store: string) => changes.push(store);
      const windows = new SlidingWindows({
        script: () => () => Promise.resolve(answer),
        breaker: new Breaker({ monotonic: () => 0, changed }),
      });
      assert.equal(await windows.take([{ key: 'k', milliseconds: SECOND, calls: 1 }]), null);
      assert.deepEqual(changes, ['away']);
    }
  });
});
