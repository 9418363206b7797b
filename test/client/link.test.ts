/** The client does what the server says next, and otherwise comes back with growing pauses in which chance has a part. */
import assert from 'node:assert/strict';
import { createClient, type Client, type State } from 'conclave/client';
import { backoff } from '../../src/client/timers.ts';
import type { RefusalOnWire } from '../../src/contract/index.ts';
import { ScriptedServer } from './scripted-server.ts';
import { HandTimers, reaches, until } from './support.ts';

const credentials = { email: 'a@example.org', password: 'secret' };

describe('the client: a link', () => {
  let server: ScriptedServer;
  let client: Client;
  let timers: HandTimers;
  let states: State['is'][];
  beforeEach(async () => {
    server = await ScriptedServer.start();
    timers = new HandTimers();
    client = createClient({ url: server.url, later: timers.later, now: () => 0 });
    states = [];
    assert.ok((await client.signIn(credentials)).ok);
    await reaches(client, 'online');
    client.state.watch(({ is }) => states.push(is));
  });
  afterEach(async () => {
    client.close();
    assert.deepEqual(timers.due, [], 'nothing is left waiting');
    await server.stop();
  });

  const reconnected = () =>
    until(
      'be online again',
      (look) => client.state.watch(look),
      () => (states.at(-1) === 'online' ? true : undefined),
    );

  it('refreshes and reconnects at once when the token of the connection expired', async () => {
    server.end('token_expired');
    await reconnected();
    assert.deepEqual(server.handshakes, ['a1', 'a2']);
    assert.equal(server.refreshes, 1);
  });

  it('brings a new token into its connection when the server asks, once however often it asks', async () => {
    server.expiring();
    server.expiring();
    await until('bring it', often, () => server.renewals[0]);
    assert.ok((await client.call('role.describe', {})).ok);
    assert.deepEqual([server.renewals, server.handshakes], [['a2'], ['a1']]);
    assert.deepEqual([server.refreshes, states], [1, []]);
  });

  it('makes another connection where its new token is refused', async () => {
    const refusal = { code: 'forbidden', retry: 'never', traceId: 't' } as const;
    server.refusesRenewals = refusal;
    server.expiring();
    await handshake(2);
    await reconnected();
    assert.deepEqual([server.renewals, server.handshakes], [['a2'], ['a1', 'a2']]);
    assert.ok((await client.call('role.describe', {})).ok);
  });

  for (const code of ['slow_consumer', 'resubscribe', 'server_draining'] as const)
    it(`reconnects after a pause with the same token on ${code}`, async () => {
      server.end(code);
      await reaches(client, 'connecting');
      assert.deepEqual(server.handshakes, ['a1']);
      const pause = timers.due[0] ?? 0;
      assert.ok(pause >= 250 && pause <= 500, String(pause));
      timers.forward(pause);
      await reconnected();
      assert.deepEqual(server.handshakes, ['a1', 'a1']);
      assert.equal(server.refreshes, 0);
    });

  it('makes no more calls on a server that drains, and stays away for as long as it was asked to', async () => {
    const drained = new Promise<void>((resolve) =>
      client.listen('server.draining', () => resolve()),
    );
    server.drain(4_200);
    await drained;
    const call = client.call('role.describe', {});
    server.end('server_draining');
    await reaches(client, 'connecting');
    const pauses = timers.due.filter((pause) => pause < 10_000);
    assert.deepEqual(pauses, [4_200]);
    assert.equal(server.calls, 0);
    timers.forward(4_200);
    await reconnected();
    assert.ok((await call).ok);
    assert.deepEqual([server.calls, server.handshakes.length], [1, 2]);
  });

  it('stops where the protocol was broken, until it is told to go on', async () => {
    server.end('protocol_violation');
    const state = await reaches(client, 'offline');
    assert.deepEqual(state, {
      is: 'offline',
      because: { code: 'protocol_violation', next: 'stop' },
    });
    assert.ok(
      timers.due.every((due) => due > 60_000),
      'only the renewal waits',
    );
    const call = await client.call('role.describe', {});
    assert.equal(!call.ok && call.refusal.code, 'unreachable');
    await client.connect();
    await reconnected();
  });

  it('signs out when the session ended, and keeps no token', async () => {
    server.end('session_ended');
    await reaches(client, 'signed-out');
    assert.equal(client.me.value, null);
    assert.deepEqual(await client.connect(), { is: 'signed-out', because: null });
    assert.deepEqual(timers.due, []);
  });

  it('waits as long as a refused handshake asks, and renews a token that it does not believe', async () => {
    const refuse = (code: RefusalOnWire['code'], retry: RefusalOnWire['retry'], ms?: number) => ({
      ...{ code, retry, traceId: 't' },
      ...(ms !== undefined && { retryAfterMs: ms }),
    });
    server.refuses = refuse('rate_limited', 'later', 7_000);
    server.end('server_draining');
    await reaches(client, 'connecting');
    timers.forward(500);
    await handshake(2);
    await due(7_000);
    server.refuses = refuse('token_expired', 'reauthenticate');
    timers.forward(7_000);
    await handshake(3);
    await until('refresh', often, () => (server.refreshes === 1 ? true : undefined));
    server.refuses = null;
    await until(
      'wait for another attempt',
      often,
      () => timers.due.find((ms) => ms < 5_000) ?? (server.handshakes.length > 3 ? 0 : undefined),
    );
    timers.forward(2_000);
    await reconnected();
    assert.deepEqual(server.handshakes, ['a1', 'a1', 'a1', 'a2']);
    server.refuses = refuse('not_found', 'never');
    server.end('server_draining');
    await reaches(client, 'connecting');
    timers.forward(4_000);
    const state = await reaches(client, 'offline');
    assert.ok(state.is === 'offline' && state.because?.code === 'not_found');
  });

  it('comes back exactly when an overloaded server said, however often it is sent away', async () => {
    server.end('server_draining');
    await reaches(client, 'connecting');
    let pause = 500;
    for (const [i, retryAfterMs] of [9_000, 700, 3_100, 61_000, 700, 2_000].entries()) {
      server.refuses = { code: 'overloaded', retry: 'later', traceId: 't', retryAfterMs };
      timers.forward(pause);
      await handshake(2 + i);
      await due(retryAfterMs);
      assert.equal(client.state.value.is, 'connecting', 'nobody is signed out by a busy server');
      timers.forward(retryAfterMs - 1);
      assert.equal(timers.due[0], 1, 'and not a millisecond sooner');
      pause = 1;
    }
    server.refuses = null;
    timers.forward(1);
    await reconnected();
    assert.equal(server.refreshes, 0);
    assert.deepEqual(new Set(server.handshakes), new Set(['a1']));
  });

  it('lets calls wait for a connection, but not for ever', async () => {
    server.end('server_draining');
    await reaches(client, 'connecting');
    const patient = client.call('role.describe', {});
    timers.forward(500);
    assert.ok((await patient).ok);
    await server.stop();
    await reaches(client, 'connecting');
    const late = client.call('role.describe', {});
    timers.forward(10_000);
    const outcome = await late;
    assert.equal(!outcome.ok && outcome.refusal.code, 'unreachable');
  });

  it('doubles its pauses up to half a minute, with chance in the upper half', () => {
    for (const [n, full] of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].entries()) {
      const pauses = Array.from({ length: 200 }, () => backoff(n));
      assert.ok(pauses.every((pause) => pause >= full / 2 && pause <= full));
      assert.ok(Math.max(...pauses) - Math.min(...pauses) > full / 4, 'spread out');
    }
    assert.ok(backoff(100_000) <= 30_000);
  });

  it('hears of what a listener throws, and goes on', async () => {
    const failures: unknown[] = [];
    const other = createClient({ url: server.url, failed: (error) => failures.push(error) });
    try {
      other.state.watch(() => {
        throw new Error('a bug in the application');
      });
      assert.ok((await other.signIn(credentials)).ok);
      await reaches(other, 'online');
      assert.equal(failures.length, 3);
    } finally {
      other.close();
    }
  });

  const often = (look: () => void) => {
    const timer = setInterval(look, 2);
    return () => clearInterval(timer);
  };
  const handshake = (n: number) =>
    until(`make handshake ${n}`, often, () => (server.handshakes.length >= n ? true : undefined));
  const due = (milliseconds: number) =>
    until(`wait ${milliseconds} ms`, often, () =>
      timers.due.includes(milliseconds) ? true : undefined,
    );
});
