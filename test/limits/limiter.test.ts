/** Each call counts under the row its operation names, by whom the row says, and a refused one uses up nothing. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  LIMIT_NAMES,
  WorkspaceRole,
  type LimitName,
  type WorkspaceId,
} from '../../src/contract/index.ts';
import { Refusal, type Actor, type Anonymous } from '../../src/kernel/index.ts';
import { LIMIT_TABLE, type LimitTable } from '../../src/limits/index.ts';
import { HandClock, HOUR, MINUTE, SECOND } from '../support/hand-clock.ts';
import { UNLIMITED, World } from '../support/world.ts';
import { actor, anonymous, limitNode, type LimitNode } from './nodes.ts';

describe('the limiter', () => {
  const clock = new HandClock();
  let limits: LimitNode;
  let house: WorkspaceId;
  before(async () => {
    limits = await limitNode({ clock });
  });
  beforeEach(() => {
    house = randomUUID() as WorkspaceId;
  });
  after(() => limits.link.close());

  /** Takes until refused; the refusal, and how many were taken before. */
  async function exhaust(
    name: LimitName,
    caller: Actor | Anonymous,
    named: string | null = null,
    by = limits,
  ) {
    for (let taken = 0; taken < 20_000; taken += 1)
      try {
        await by.take(name, caller, named);
      } catch (error) {
        assert.ok(error instanceof Refusal && error.code === 'rate_limited');
        return { taken, refusal: error };
      }
    return assert.fail(`${name} never refuses`);
  }

  it('allows each workspace role its own number of changes an hour, to the call', async function () {
    this.timeout(240_000);
    const expected: Record<WorkspaceRole, number> = {
      user: 1_000,
      moderator: 5_000,
      admin: 10_000,
      auditor: 1_000,
      guest: 1_000,
      system: 0,
    };
    for (const role of WorkspaceRole.options) {
      const { taken, refusal } = await exhaust('state.write', actor(role));
      assert.equal(taken, expected[role], role);
      const fired = { bucket: 'state.write', by: 'user', windowMs: HOUR };
      assert.deepEqual(refusal.detail, fired);
    }
  });

  it('counts who is signed in by user, wherever they are, and others by address', async () => {
    const one = actor();
    assert.equal((await exhaust('message.write', one)).taken, 20);
    const elsewhere = { ...one, origin: { ...one.origin, address: '198.51.100.1' } };
    assert.equal((await exhaust('message.write', elsewhere)).taken, 0);
    const another = { ...actor(), workspaceId: one.workspaceId };
    assert.equal((await exhaust('message.write', another)).taken, 20);
    assert.equal((await exhaust('auth.register', anonymous(house))).taken, 2);
    assert.equal((await exhaust('auth.register', anonymous(house, '198.51.100.1'))).taken, 2);
    const nextDoor = anonymous(randomUUID() as WorkspaceId);
    assert.equal((await exhaust('auth.register', nextDoor)).taken, 2, 'a house of its own');
  });

  it('takes a /64 for one client, and an IPv4 address for itself however it is written', async () => {
    assert.equal((await exhaust('auth.register', anonymous(house, '2001:db8:1:2::1'))).taken, 2);
    const neighbour = anonymous(house, '2001:db8:1:2:ffff:ffff:ffff:ffff');
    assert.equal((await exhaust('auth.register', neighbour)).taken, 0);
    assert.equal((await exhaust('auth.register', anonymous(house, '2001:db8:1:3::1'))).taken, 2);
    assert.equal((await exhaust('auth.register', anonymous(house, '192.0.2.1'))).taken, 2);
    assert.equal((await exhaust('auth.register', anonymous(house, '::ffff:192.0.2.1'))).taken, 0);
    assert.equal((await exhaust('auth.register', anonymous(house, '::ffff:192.0.2.2'))).taken, 2);
  });

  it('counts a login by address and by the account it names, whichever is full first', async () => {
    const taken = async (address: string, email: string) => {
      const { taken: times, refusal } = await exhaust(
        'auth.login',
        anonymous(house, address),
        email,
      );
      return [times, (refusal.detail as { by: string }).by];
    };
    const [first] = await taken('203.0.113.9', 'a@example.org');
    assert.equal(first, 5);
    assert.deepEqual(await taken('198.51.100.1', 'a@example.org'), [0, 'named']);
    assert.deepEqual(await taken('203.0.113.9', 'b@example.org'), [0, 'address']);
    const [other] = await taken('198.51.100.1', 'b@example.org');
    assert.equal(other, 5);
  });

  it('uses up nothing of another window by a call that one window refuses', async () => {
    const attacker = anonymous(house, '198.51.100.1');
    await exhaust('auth.login', attacker, 'a@example.org');
    for (let i = 0; i < 50; i += 1)
      await assert.rejects(limits.take('auth.login', attacker, 'victim@example.org'), Refusal);
    const victim = await exhaust('auth.login', anonymous(house), 'victim@example.org');
    assert.equal(victim.taken, 5);
  });

  it('counts one name apart from another', async () => {
    const one = actor();
    await exhaust('message.write', one);
    assert.equal((await exhaust('read', one)).taken, 600);
  });

  it('says how much is left of the tightest window, and when it will be whole', async () => {
    const one = actor();
    const first = await limits.take('message.write', one, null);
    assert.deepEqual([first?.bucket, first?.remaining], ['message.write', 19]);
    assert.ok(first && first.resetMs >= 5 * SECOND && first.resetMs <= 5 * SECOND + 84);
    for (let i = 0; i < 18; i += 1) await limits.take('message.write', one, null);
    assert.equal((await limits.take('message.write', one, null))?.remaining, 0);
    const { refusal } = await exhaust('message.write', one);
    assert.deepEqual(
      [refusal.limit?.bucket, refusal.limit?.remaining, refusal.limit?.resetMs],
      ['message.write', 0, refusal.retryAfterMs],
    );
  });

  it('tells a time to wait after which the call is taken, also when two windows are full', async () => {
    const table: LimitTable = {
      ...LIMIT_TABLE,
      read: {
        whenStoreFails: 'local',
        windows: [
          { by: 'user', milliseconds: SECOND * 10, calls: 2 },
          { by: 'user', milliseconds: HOUR, calls: 4 },
          { by: 'user', milliseconds: MINUTE, calls: 4 },
        ],
      },
    };
    const by = await limitNode({ clock, table });
    try {
      const one = actor();
      for (const waits of [10 * SECOND, HOUR]) {
        const { taken, refusal } = await exhaust('read', one, null, by);
        assert.equal(taken, 2);
        const { retryAfterMs = 0 } = refusal;
        assert.ok(retryAfterMs > waits * 0.98 && retryAfterMs <= waits * 1.02, `${retryAfterMs}`);
        clock.forward(retryAfterMs);
      }
      assert.ok((await exhaust('read', one, null, by)).taken > 0);
    } finally {
      by.link.close();
    }
  });

  it('has a row for every name, none of them without an answer to a store that fails', () => {
    assert.deepEqual(Object.keys(LIMIT_TABLE).sort(), [...LIMIT_NAMES].sort());
    for (const name of LIMIT_NAMES) {
      const guesses = name.startsWith('auth.') || name === 'user.find';
      const expected = guesses ? 'local-strict' : 'local';
      assert.equal(LIMIT_TABLE[name].whenStoreFails, expected, name);
    }
  });
});

describe('a server with limits', () => {
  it('refuses what is too much with the row and the time, stores none of it, and goes on after', async () => {
    const windows = [{ by: 'user', milliseconds: MINUTE, calls: 3 }] as const;
    const row = { whenStoreFails: 'local', windows } as const;
    const world = await World.create({ limits: { ...UNLIMITED, 'message.write': row } });
    try {
      const alice = await world.person('Alice');
      const { id } = await world.channel(alice);
      for (const saying of ['one', 'two', 'three'])
        await alice.send(id, saying, world.clientId()).accepted();
      const no = await alice.send(id, 'four', world.clientId());
      assert.deepEqual([no.ok, no.limit?.bucket, no.limit?.remaining], [false, 'message.write', 0]);
      const refused = await alice.send(id, 'four', world.clientId()).refused('rate_limited');
      const fired = { bucket: 'message.write', by: 'user', windowMs: MINUTE };
      assert.deepEqual([refused.retry, refused.detail], ['later', fired]);
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
