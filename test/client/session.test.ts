/** A session that renews itself: one refresh for all who need it, none lost to a lost answer, and an end that is told. */
import assert from 'node:assert/strict';
import { memoryStorage, type Fetch, type Storage } from 'conclave/client';
import { MINUTE } from '../support/hand-clock.ts';
import { World } from '../support/world.ts';
import { channelOf, Clients, HandTimers, opened, reaches, shows, until } from './support.ts';

interface Watch {
  readonly fetch: Fetch;
  /** The bodies of the refreshes that were sent. */
  readonly refreshes: { readonly refreshToken: string; readonly nonce: string }[];
  /** How many answers to refreshes get lost on their way back. */
  lose: number;
}

function watched(): Watch {
  const watch: Watch = {
    refreshes: [],
    lose: 0,
    async fetch(url, init) {
      const response = await fetch(url, init);
      if (!url.endsWith('/refresh')) return response;
      watch.refreshes.push(JSON.parse(init.body ?? '') as Watch['refreshes'][number]);
      if (watch.lose > 0) {
        watch.lose -= 1;
        throw new Error('the answer was lost');
      }
      return response;
    },
  };
  return watch;
}

describe('the client: a session', () => {
  let world: World;
  const clients = new Clients(() => world);
  before(async () => {
    world = await World.create();
  });
  after(async () => {
    clients.end();
    await world.end();
  });

  it('makes one refresh for ten calls that found the token expired, and every call is answered', async () => {
    const watch = watched();
    const { client } = await clients.somebody('Alice', watch);
    const { id } = await channelOf(client);
    const log = await opened(client, id);
    world.clock.forward(16 * MINUTE);
    const calls = Array.from({ length: 10 }, () => client.call('channel.read', { channelId: id }));
    for (const outcome of await Promise.all(calls)) assert.ok(outcome.ok, JSON.stringify(outcome));
    assert.equal(watch.refreshes.length, 1);
    assert.equal(client.state.value.is, 'online');
    const entry = await log.send('after');
    await entry.settled();
    await shows(log, ({ state, messages }) => state.is === 'live' && messages.length === 1);
  });

  it('renews the token before it expires, and keeps its connection, its place and its calls', async () => {
    const timers = new HandTimers();
    const watch = watched();
    const { client } = await clients.somebody('Alice', { ...watch, later: timers.later });
    const { id: channelId } = await channelOf(client);
    const log = await opened(client, channelId);
    assert.ok(timers.due.includes(14 * MINUTE), `a minute before the end: ${timers.due.join()}`);
    const states: string[] = [];
    client.state.watch(({ is }) => states.push(is));
    log.on('changed', () => states.push(log.state.is));
    timers.forward(14 * MINUTE);
    const read = () => client.call('channel.read', { channelId });
    for (let round = 0; round < 10; round += 1)
      for (const outcome of await Promise.all([read(), read(), read()]))
        assert.ok(outcome.ok, JSON.stringify(outcome));
    assert.equal(watch.refreshes.length, 1);
    assert.deepEqual(states, [], 'nothing of it is to be seen');
    assert.ok(timers.due.includes(14 * MINUTE), 'and again');
  });

  it('brings a new token when the server asks for one, and outlives the old one where it is', async () => {
    const timers = new HandTimers(); // none of its own comes due: the server alone tells the time
    const watch = watched();
    const [{ client }, { client: other }] = [
      await clients.somebody('Alice', { ...watch, later: timers.later }),
      await clients.somebody('Bob'),
    ];
    const { id } = await channelOf(other, [client]);
    client.close();
    world.clock.forward(15 * MINUTE - 2_000);
    await client.connect();
    await reaches(client, 'online');
    const log = await opened(client, id);
    const states: string[] = [];
    client.state.watch(({ is }) => states.push(is));
    const asked = new Promise((resolve) => client.listen('session.expiring', resolve));
    await asked;
    await until('have a new token', often, () => timers.due.includes(14 * MINUTE) || undefined);
    assert.ok((await client.call('role.describe', {})).ok);
    assert.equal(watch.refreshes.length, 1);
    world.clock.forward(MINUTE);
    assert.ok((await client.call('role.describe', {})).ok, 'the old token has expired');
    await opened(other, id).then((own) => own.send('still there?'));
    await shows(log, ({ messages }) => messages.length === 1);
    assert.deepEqual([states, log.state.is], [[], 'live']);
    assert.equal(watch.refreshes.length, 1);
  });

  it('asks again with the same nonce when the answer to a refresh was lost', async () => {
    const watch = watched();
    const { client } = await clients.somebody('Alice', watch);
    watch.lose = 2;
    world.clock.forward(16 * MINUTE);
    assert.ok((await client.call('channel.list', {})).ok);
    const nonces = new Set(watch.refreshes.map(({ nonce }) => nonce));
    assert.deepEqual([watch.refreshes.length, nonces.size], [3, 1]);
    world.clock.forward(16 * MINUTE);
    assert.ok((await client.call('channel.list', {})).ok);
    assert.notEqual(watch.refreshes[3]?.nonce, watch.refreshes[0]?.nonce, 'fresh for each refresh');
  });

  it('goes on with the same nonce after a restart in the middle of a refresh', async () => {
    const tokens = memoryStorage();
    const watch = watched();
    const { client } = await clients.somebody('Alice', { ...watch, tokens });
    watch.lose = 1;
    world.clock.forward(16 * MINUTE);
    const call = client.call('channel.list', {});
    await until('refresh', often, () => watch.refreshes[0]);
    client.close();
    await call;
    const next = clients.make({ ...watch, tokens });
    assert.equal((await next.connect()).is, 'connecting');
    await reaches(next, 'online');
    assert.equal(next.me.value?.userId, client.me.value?.userId);
    assert.equal(new Set(watch.refreshes.map(({ nonce }) => nonce)).size, 1);
    assert.ok(watch.refreshes.length >= 2);
  });

  it('keeps its session through refusals that did not judge its token, and goes on once they end', async () => {
    const tokens = memoryStorage();
    const timers = new HandTimers();
    const proxy = { isWrong: true, refused: [] as string[] };
    const throughProxy: Fetch = async (url, init) => {
      if (!url.endsWith('/refresh') || !proxy.isWrong) return fetch(url, init);
      const headers = { ...init.headers, cookie: '__Host-conclave-refresh=planted' };
      const response = await fetch(url, { ...init, headers });
      proxy.refused.push(((await response.clone().json()) as { code: string }).code);
      return response;
    };
    const options = { tokens, fetch: throughProxy, later: timers.later };
    const { client } = await clients.somebody('Alice', options);
    const kept = await tokens.read('session');
    world.clock.forward(16 * MINUTE);
    const outcome = await client.call('channel.list', {});
    assert.equal(outcome.ok ? 'ok' : outcome.refusal.code, 'unreachable');
    assert.deepEqual(proxy.refused, ['ambiguous_credential']);
    const token = (text: string | null) =>
      (JSON.parse(text ?? '') as { refreshToken: string }).refreshToken;
    assert.equal(token(await tokens.read('session')), token(kept));
    proxy.isWrong = false;
    timers.forward(15_000);
    await reaches(client, 'online');
    assert.ok((await client.call('channel.list', {})).ok);
  });

  it('is signed out when its refresh token was used by somebody else', async () => {
    const tokens = memoryStorage();
    const { client } = await clients.somebody('Alice', { tokens });
    const stolen = await copyOf(tokens);
    world.clock.forward(16 * MINUTE);
    assert.ok((await client.call('channel.list', {})).ok, 'renewed: the old token is used up');
    const thief = clients.make({ tokens: stolen });
    world.clock.forward(2 * MINUTE);
    await thief.connect();
    const ended = await reaches(thief, 'signed-out');
    assert.ok(ended.is === 'signed-out' && ended.because?.code === 'invalid_refresh_token');
    const told = await reaches(client, 'signed-out');
    assert.deepEqual(told, {
      is: 'signed-out',
      because: { code: 'session_ended', next: 'sign-in' },
    });
    assert.deepEqual(await stolen.keys(''), [], 'dead tokens are not kept');
    assert.equal(client.me.value, null);
  });

  it('is signed out when the session is closed elsewhere, and continues after signing in again', async () => {
    const { client, email, password } = await clients.somebody('Alice');
    const { id } = await channelOf(client);
    const log = await opened(client, id);
    await client.call('session.close', {});
    const state = await reaches(client, 'signed-out');
    assert.deepEqual(state, {
      is: 'signed-out',
      because: { code: 'session_ended', next: 'sign-in' },
    });
    assert.equal(log.state.is, 'behind');
    const draft = await log.send('written while signed out');
    assert.equal(draft.state.is, 'pending');
    assert.ok((await client.signIn({ email, password })).ok);
    await draft.settled();
    await shows(log, ({ state: now, messages }) => now.is === 'live' && messages.length === 1);
  });

  it('takes up the session of an earlier run, and keeps nothing after signing out', async () => {
    const tokens = memoryStorage();
    const { client } = await clients.somebody('Alice', { tokens });
    client.close();
    assert.equal(client.state.value.is, 'offline');
    const next = clients.make({ tokens });
    await next.connect();
    await reaches(next, 'online');
    assert.deepEqual(next.me.value, client.me.value);
    await next.signOut();
    assert.deepEqual(await tokens.keys(''), []);
    await client.connect();
    await reaches(client, 'signed-out');
  });

  it('keeps no tokens from the moment of signing out, even if the server does not hear of it', async () => {
    const tokens = memoryStorage();
    const timers = new HandTimers();
    const silent = { on: false };
    const fetchOrHang: Fetch = (url, init) =>
      silent.on
        ? new Promise((_resolve, reject) => {
            init.signal.addEventListener('abort', () => reject(new Error('aborted')));
          })
        : fetch(url, init);
    const options = { tokens, fetch: fetchOrHang, later: timers.later };
    const { client } = await clients.somebody('Alice', options);
    silent.on = true;
    const leaving = client.signOut();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await tokens.keys(''), []);
    timers.forward(15_000);
    await leaving;
    assert.deepEqual(client.state.value, { is: 'signed-out', because: null });
  });
});

const often = (look: () => void) => {
  const timer = setInterval(look, 1);
  return () => clearInterval(timer);
};

async function copyOf(storage: Storage): Promise<Storage> {
  const copy = memoryStorage();
  for (const key of await storage.keys('')) await copy.write(key, (await storage.read(key)) ?? '');
  return copy;
}
