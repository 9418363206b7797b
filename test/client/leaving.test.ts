/** Signing out where a cookie keeps the session: it is over though nobody heard of it, and takes away nobody else's. */
import assert from 'node:assert/strict';
import { memoryStorage, type ClientOptions } from 'conclave/client';
import { worldOfPages } from '../auth/browser.ts';
import { MINUTE } from '../support/hand-clock.ts';
import type { World } from '../support/world.ts';
import { Pages } from './pages.ts';
import { Clients, reaches } from './support.ts';

describe('the client: leaving a browser that keeps its session in a cookie', () => {
  let world: World;
  let pages: Pages;
  const clients = new Clients(() => world);
  before(async () => {
    world = await worldOfPages();
  });
  beforeEach(() => {
    pages = new Pages();
  });
  after(async () => {
    clients.end();
    await world.end();
  });

  const options = (more: Partial<ClientOptions> = {}) => ({
    ...{ delivery: 'cookie' as const, fetch: pages.fetch },
    ...more,
  });

  it('signs nobody in by the cookie of who left unheard, and ends it as soon as the server is there', async () => {
    const tokens = memoryStorage();
    const { client, email, password } = await clients.somebody('Ada', options({ tokens }));
    const left = pages.cookie;
    pages.isCut = true;
    const outcome = await client.signOut();
    assert.equal(outcome.ok ? 'ok' : outcome.refusal.code, 'no_answer');
    assert.equal(client.state.value.is, 'signed-out');
    assert.ok(pages.cookie);
    const still = clients.make(options({ tokens }));
    assert.equal((await still.connect()).is, 'signed-out');
    pages.isCut = false;
    const next = clients.make(options({ tokens }));
    assert.equal((await next.connect()).is, 'signed-out');
    assert.equal(next.me.value, null);
    assert.equal(pages.cookie, null);
    assert.deepEqual(await tokens.keys(''), []);
    pages.cookie = left;
    assert.equal((await clients.make(options()).connect()).is, 'signed-out', 'it ended there too');
    assert.ok((await next.signIn({ email, password })).ok);
    next.close();
    const again = clients.make(options({ tokens }));
    await again.connect();
    await reaches(again, 'online');
  });

  it('ends it by the cookie where the access token is too old to say so', async () => {
    const { client } = await clients.somebody('Ada', options({ tokens: memoryStorage() }));
    world.clock.forward(16 * MINUTE);
    assert.ok((await client.signOut()).ok);
    assert.equal(pages.cookie, null);
  });

  it('leaves the cookie of who signed in in another window where it is', async () => {
    const tokens = memoryStorage();
    const { client: ada } = await clients.somebody('Ada', options({ tokens }));
    const { client: bob } = await clients.somebody('Bob', options({ tokens }));
    const ofBob = pages.cookie;
    const before = await tokens.read('session');
    assert.ok((await ada.signOut()).ok);
    assert.deepEqual([pages.cookie, await tokens.read('session')], [ofBob, before]);
    bob.close();
    const again = clients.make(options({ tokens }));
    await again.connect();
    await reaches(again, 'online');
    assert.deepEqual(again.me.value, bob.me.value);
  });

  it('asks whose the cookie is with the same nonce after a page was loaded again before the answer', async () => {
    const { client } = await clients.somebody('Ada', options());
    client.close();
    const tokens = memoryStorage();
    pages.lose = 1_000_000;
    const lost = clients.make(options({ tokens }));
    void lost.connect();
    while (pages.refreshes.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    lost.close();
    pages.lose = 0;
    const again = clients.make(options({ tokens }));
    await again.connect();
    await reaches(again, 'online');
    assert.deepEqual(again.me.value, client.me.value);
    assert.equal(new Set(pages.nonces).size, 1);
    assert.deepEqual(await tokens.keys(''), ['session']);
  });
});
