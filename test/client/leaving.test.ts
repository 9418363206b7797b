/** Signing out where a cookie keeps the session: it is over though nobody heard of it, and takes away nobody else's. */
import assert from 'node:assert/strict';
import { memoryStorage, type Alone, type Fetch } from 'conclave/client';
import { MINUTE } from '../support/hand-clock.ts';
import { browser } from './browser.ts';
import { reaches } from './support.ts';

describe('the client: leaving a browser that keeps its session in a cookie', () => {
  const page = browser();
  const { clients, options } = page;

  it('signs nobody in by the cookie of who left unheard, and ends it as soon as the server is there', async () => {
    const tokens = memoryStorage();
    const { client, email, password } = await clients.somebody('Ada', options({ tokens }));
    const left = page.pages.cookie;
    page.pages.isCut = true;
    const outcome = await client.signOut();
    assert.equal(outcome.ok ? 'ok' : outcome.refusal.code, 'no_answer');
    assert.equal(client.state.value.is, 'signed-out');
    assert.ok(page.pages.cookie);
    const still = clients.make(options({ tokens }));
    assert.equal((await still.connect()).is, 'signed-out');
    page.pages.isCut = false;
    const next = clients.make(options({ tokens }));
    assert.equal((await next.connect()).is, 'signed-out');
    assert.equal(next.me.value, null);
    assert.equal(page.pages.cookie, null);
    assert.deepEqual(await tokens.keys(''), []);
    page.pages.cookie = left;
    assert.equal((await clients.make(options()).connect()).is, 'signed-out', 'it ended there too');
    assert.ok((await next.signIn({ email, password })).ok);
    next.close();
    const again = clients.make(options({ tokens }));
    await again.connect();
    await reaches(again, 'online');
  });

  it('ends it by the cookie where the access token is too old to say so', async () => {
    const { client } = await clients.somebody('Ada', options({ tokens: memoryStorage() }));
    page.world.clock.forward(16 * MINUTE);
    assert.ok((await client.signOut()).ok);
    assert.equal(page.pages.cookie, null);
  });

  it('leaves the cookie of who signed in in another window where it is', async () => {
    const tokens = memoryStorage();
    const { client: ada } = await clients.somebody('Ada', options({ tokens }));
    const { client: bob } = await clients.somebody('Bob', options({ tokens }));
    const ofBob = page.pages.cookie;
    const before = await tokens.read('session');
    assert.ok((await ada.signOut()).ok);
    assert.deepEqual([page.pages.cookie, await tokens.read('session')], [ofBob, before]);
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
    page.pages.lose = 1_000_000;
    const lost = clients.make(options({ tokens }));
    void lost.connect();
    while (page.pages.refreshes.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 1));
    lost.close();
    page.pages.lose = 0;
    const again = clients.make(options({ tokens }));
    await again.connect();
    await reaches(again, 'online');
    assert.deepEqual(again.me.value, client.me.value);
    assert.equal(new Set(page.pages.nonces).size, 1);
    assert.deepEqual(await tokens.keys(''), ['session']);
  });

  it('brings in who signs in only after a refresh of another window is answered, so that the cookie is theirs', async () => {
    let last: Promise<unknown> = Promise.resolve();
    const alone: Alone = (work) => {
      if (isAsked) answer(); // somebody waits for their turn
      const next = last.then(work);
      last = next.catch(() => undefined);
      return next;
    };
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    let isAsked = false;
    let asked: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => (asked = resolve));
    const slow: Fetch = async (url, init) => {
      if (!url.endsWith('/refresh')) return page.pages.fetch(url, init);
      isAsked = true;
      asked();
      await held;
      return page.pages.fetch(url, init);
    };
    const { email, password } = await clients.somebody('Bob', { delivery: 'body' });
    const shared = { tokens: memoryStorage(), alone };
    const { client: ada } = await clients.somebody('Ada', options({ ...shared, fetch: slow }));
    page.world.clock.forward(16 * MINUTE);
    const call = ada.call('channel.list', {});
    await waits;
    const bob = clients.make(options(shared));
    const entering = bob.signIn({ email, password });
    void entering.then(answer); // whoever does not wait for their turn is in before
    await Promise.all([call, entering]);
    bob.close();
    const next = clients.make(options({ alone }));
    await next.connect();
    assert.deepEqual(next.me.value, bob.me.value);
  });
});
