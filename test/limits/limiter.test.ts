/** Each call counts under the row its operation names, by whom the row says, and a refused one uses up nothing. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  WorkspaceRole,
  type LimitName,
  type SessionId,
  type UserId,
  type WorkspaceId,
} from '../../src/contract/index.ts';
import { Refusal, type Actor, type Anonymous } from '../../src/kernel/index.ts';
import { LIMIT_TABLE, limiter, type Limiter, type LimitTable } from '../../src/limits/index.ts';
import { HandClock, HOUR, MINUTE, SECOND } from '../support/hand-clock.ts';
import { UNLIMITED, World } from '../support/world.ts';

const WORKSPACE = randomUUID() as WorkspaceId;

function actor(role: WorkspaceRole = 'user', address = '203.0.113.9'): Actor {
  return {
    kind: 'actor',
    workspaceId: WORKSPACE,
    userId: randomUUID() as UserId,
    sessionId: randomUUID() as SessionId,
    role,
    origin: { transport: 'socket', address, userAgent: null, connectionId: null },
  };
}

function anonymous(address = '203.0.113.9', workspaceId = WORKSPACE): Anonymous {
  const origin = { transport: 'http', address, userAgent: null, connectionId: null } as const;
  return { kind: 'anonymous', workspaceId, origin };
}

describe('the limiter', () => {
  let clock: HandClock;
  let limits: Limiter;
  beforeEach(() => {
    clock = new HandClock();
    limits = limiter(clock);
  });

  /** Takes until refused, at most `most` times; the refusal, and how many were taken. */
  function exhaust(
    name: LimitName,
    caller: Actor | Anonymous,
    named: string | null,
    most = 20_000,
  ) {
    for (let taken = 0; taken < most; taken += 1)
      try {
        limits.take(name, caller, named);
      } catch (error) {
        assert.ok(error instanceof Refusal && error.code === 'rate_limited');
        return { taken, refusal: error };
      }
    return { taken: most, refusal: null };
  }

  it('allows each workspace role its own number of changes an hour, to the call', () => {
    const expected: Record<WorkspaceRole, number> = {
      user: 1_000,
      moderator: 5_000,
      admin: 10_000,
      auditor: 1_000,
      guest: 1_000,
      system: 0,
    };
    for (const role of WorkspaceRole.options) {
      const { taken, refusal } = exhaust('state.write', actor(role), null);
      assert.equal(taken, expected[role], role);
      assert.deepEqual(refusal?.detail, { bucket: 'state.write' });
    }
  });

  it('counts who is signed in by user, wherever they are, and others by address', () => {
    const one = actor();
    assert.equal(exhaust('message.write', one, null).taken, 20);
    const elsewhere = { ...one, origin: { ...one.origin, address: '198.51.100.1' } };
    assert.equal(exhaust('message.write', elsewhere, null).taken, 0);
    assert.equal(exhaust('message.write', actor(), null).taken, 20);
    assert.equal(exhaust('auth.register', anonymous(), null).taken, 2);
    assert.equal(exhaust('auth.register', anonymous('198.51.100.1'), null).taken, 2);
    const otherHouse = anonymous('203.0.113.9', randomUUID() as WorkspaceId);
    assert.equal(exhaust('auth.register', otherHouse, null).taken, 2);
  });

  it('counts a login by address and by the account it names, whichever is full first', () => {
    assert.equal(exhaust('auth.login', anonymous(), 'a@example.org').taken, 5);
    assert.equal(exhaust('auth.login', anonymous('198.51.100.1'), 'a@example.org').taken, 0);
    assert.equal(exhaust('auth.login', anonymous(), 'b@example.org').taken, 0);
    assert.equal(exhaust('auth.login', anonymous('198.51.100.1'), 'b@example.org').taken, 5);
  });

  it('uses up nothing of another window by a call that one window refuses', () => {
    const attacker = anonymous('198.51.100.1');
    exhaust('auth.login', attacker, 'a@example.org');
    for (let i = 0; i < 50; i += 1)
      assert.throws(() => limits.take('auth.login', attacker, 'victim@example.org'), Refusal);
    assert.equal(exhaust('auth.login', anonymous(), 'victim@example.org').taken, 5);
  });

  it('counts one name apart from another', () => {
    const one = actor();
    exhaust('message.write', one, null);
    assert.equal(exhaust('read', one, null).taken, 600);
  });

  it('says how much is left of the tightest window, and when it will be whole', () => {
    const one = actor();
    const first = limits.take('message.write', one, null);
    assert.deepEqual([first?.bucket, first?.remaining], ['message.write', 19]);
    assert.ok(first && first.resetMs >= 5 * SECOND && first.resetMs <= 5 * SECOND + 84);
    for (let i = 0; i < 18; i += 1) limits.take('message.write', one, null);
    assert.equal(limits.take('message.write', one, null)?.remaining, 0);
  });

  it('tells a time to wait after which the call is taken, also when two windows are full', () => {
    const table: LimitTable = {
      ...LIMIT_TABLE,
      read: [
        { by: 'user', milliseconds: SECOND, calls: 2 },
        { by: 'user', milliseconds: HOUR, calls: 4 },
        { by: 'user', milliseconds: MINUTE, calls: 4 },
      ],
    };
    limits = limiter(clock, table);
    const one = actor();
    for (const waits of [SECOND, HOUR]) {
      assert.equal(exhaust('read', one, null).taken, 2);
      const { refusal } = exhaust('read', one, null);
      const { retryAfterMs = 0 } = refusal ?? {};
      assert.ok(retryAfterMs > waits * 0.98 && retryAfterMs <= waits * 1.02, `${retryAfterMs}`);
      clock.forward(retryAfterMs);
    }
    assert.ok(exhaust('read', one, null).taken > 0);
  });

  it('forgets the oldest of fifty thousand callers, and not the others', () => {
    for (let i = 0; i < 50_000; i += 1) limits.take('auth.refresh', anonymous(`10.0.${i}`), null);
    const left = (address: string) =>
      limits.take('auth.refresh', anonymous(address), null)?.remaining;
    assert.equal(left('10.0.49999'), 58);
    assert.equal(left('one more'), 59);
    assert.equal(left('10.0.0'), 59);
  });
});

describe('a server with limits', () => {
  it('refuses what is too much with the bucket and the time, stores none of it, and goes on after', async () => {
    const message = [{ by: 'user', milliseconds: 5 * SECOND, calls: 3 }] as const;
    const world = await World.create({ limits: { ...UNLIMITED, 'message.write': message } });
    try {
      const alice = await world.person('Alice');
      const { id } = await world.channel(alice);
      for (const saying of ['one', 'two', 'three'])
        await alice.send(id, saying, world.clientId()).accepted();
      const refused = await alice.send(id, 'four', world.clientId()).refused('rate_limited');
      assert.deepEqual([refused.retry, refused.detail], ['later', { bucket: 'message.write' }]);
      world.clock.forward(refused.retryAfterMs ?? 0);
      const reply = await alice.send(id, 'five', world.clientId());
      assert.deepEqual([reply.ok, reply.limit?.remaining], [true, 2]);
      const { messages } = await alice.call('message.history', { channelId: id }).accepted();
      assert.deepEqual(
        messages.map(({ body }) => body),
        ['one', 'two', 'three', 'five'],
      );
    } finally {
      await world.end();
    }
  });
});
