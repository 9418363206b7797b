/** Several clients with the same tokens, in windows or processes of one person: a refresh is one of them at a time. */
import assert from 'node:assert/strict';
import { memoryStorage, type Alone, type Fetch } from 'conclave/client';
import { MINUTE } from '../support/hand-clock.ts';
import { World } from '../support/world.ts';
import { Clients, HandTimers, reaches } from './support.ts';

/** One piece of work after the other, as a lock that all hold gives it. */
function oneByOne(): Alone {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

function counted(): { readonly fetch: Fetch; refreshes: number } {
  const watch = {
    refreshes: 0,
    fetch: ((url, init) => {
      if (url.endsWith('/refresh')) watch.refreshes += 1;
      return fetch(url, init);
    }) satisfies Fetch,
  };
  return watch;
}

describe('the client: clients that share their tokens', () => {
  let world: World;
  const clients = new Clients(() => world);
  before(async () => {
    world = await World.create();
  });
  after(async () => {
    clients.end();
    await world.end();
  });

  it('refresh once for all who find the token expired in the same instant', async () => {
    const watch = counted();
    const shared = { tokens: memoryStorage(), alone: oneByOne(), fetch: watch.fetch };
    const { client } = await clients.somebody('Alice', shared);
    const others = Array.from({ length: 4 }, () => clients.make(shared));
    for (const other of others) {
      await other.connect();
      await reaches(other, 'online');
    }
    world.clock.forward(16 * MINUTE);
    const all = [client, ...others];
    const outcomes = await Promise.all(all.map((one) => one.call('channel.list', {})));
    for (const outcome of outcomes) assert.ok(outcome.ok, JSON.stringify(outcome));
    assert.equal(watch.refreshes, 1);
    world.clock.forward(16 * MINUTE);
    assert.ok((await client.call('channel.list', {})).ok, 'the session goes on');
  });

  it('put a refresh off when it is not their turn in time, and say so', async () => {
    const timers = new HandTimers();
    const failures: unknown[] = [];
    const busy = new Error('somebody else holds it');
    let free = false;
    const { client } = await clients.somebody('Alice', {
      later: timers.later,
      failed: (error) => failures.push(error),
      alone: (work) => (free ? work() : Promise.reject(busy)),
    });
    world.clock.forward(16 * MINUTE);
    const refused = await client.call('channel.list', {});
    assert.equal(refused.ok ? 'ok' : refused.refusal.code, 'unreachable');
    assert.deepEqual(failures, [busy]);
    free = true;
    timers.forward(15_000);
    await reaches(client, 'online');
    assert.ok((await client.call('channel.list', {})).ok);
  });

  it('do not begin a refresh once they are closed, however long they waited for their turn', async () => {
    const watch = counted();
    let open: () => void = () => undefined;
    let arrive: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => (open = resolve));
    const waiting = new Promise<void>((resolve) => (arrive = resolve));
    const { client } = await clients.somebody('Alice', {
      fetch: watch.fetch,
      alone: async (work) => {
        arrive();
        await turn;
        return work();
      },
    });
    world.clock.forward(16 * MINUTE);
    const call = client.call('channel.list', {});
    await waiting;
    client.close();
    open();
    const outcome = await call;
    assert.equal(outcome.ok, false);
    assert.equal(watch.refreshes, 0);
  });
});
