/** In a browser the client never sees its refresh token: a page that is loaded again goes on, and no answer is lost for good. */
import assert from 'node:assert/strict';
import { memoryStorage, type Storage } from 'conclave/client';
import { REFRESH_COOKIE } from '../../src/contract/index.ts';
import { MINUTE } from '../support/hand-clock.ts';
import { browser } from './browser.ts';
import { type Clients, reaches } from './support.ts';

/** A storage as a page sees it after it was loaded again, with all that was ever written to it. */
function watchedStorage() {
  const storage = memoryStorage();
  const written: string[] = [];
  const tokens: Storage = {
    ...storage,
    write: (key, value) => {
      written.push(value);
      return storage.write(key, value);
    },
  };
  return { tokens, written };
}

describe('the client: a refresh token in a cookie', () => {
  const page = browser();
  const { clients, options } = page;
  const renewed = async (client: Awaited<ReturnType<Clients['somebody']>>['client']) => {
    page.world.clock.forward(16 * MINUTE);
    assert.ok((await client.call('channel.list', {})).ok);
  };

  it('renews its session by the cookie, and neither answers nor storage ever hold the token', async () => {
    const { tokens, written } = watchedStorage();
    const { client } = await clients.somebody('Ada', options({ tokens }));
    await renewed(client);
    await renewed(client);
    assert.equal(page.pages.refreshes.length, 2);
    assert.ok(page.pages.cookie?.includes('cr1.'));
    for (const text of [...page.pages.bodies, ...page.pages.refreshes, ...written])
      assert.ok(!text.includes('cr1.') && !text.includes(REFRESH_COOKIE), text);
    assert.ok(written.length > 0 && !written.some((text) => text.includes('eyJ')));
  });

  it('goes on in a page that is loaded again, whether or not anything was kept', async () => {
    const { tokens } = watchedStorage();
    const { client } = await clients.somebody('Ada', options({ tokens }));
    const me = client.me.value;
    client.close();
    for (const kept of [tokens, memoryStorage()]) {
      const again = clients.make(options({ tokens: kept }));
      await again.connect();
      await reaches(again, 'online');
      assert.deepEqual(again.me.value, me);
      again.close();
    }
  });

  it('asks with the same nonce after a page was loaded again while an answer was lost', async () => {
    const { tokens } = watchedStorage();
    const { client } = await clients.somebody('Ada', options({ tokens }));
    page.pages.lose = 1_000_000;
    page.world.clock.forward(16 * MINUTE);
    void client.call('channel.list', {});
    while (page.pages.refreshes.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 1));
    client.close();
    page.pages.lose = 0;
    const again = clients.make(options({ tokens }));
    await again.connect();
    await reaches(again, 'online');
    const { nonces } = page.pages;
    assert.equal(new Set(nonces).size, 1);
  });

  it('says with one nonce who the cookie is of, until it is answered', async () => {
    const { client } = await clients.somebody('Ada', options());
    client.close();
    page.pages.lose = 2;
    const again = clients.make(options());
    await again.connect();
    await reaches(again, 'online');
    const { nonces } = page.pages;
    assert.deepEqual([nonces.length, new Set(nonces).size], [3, 1]);
  });

  it('signs out: the cookie is gone, and a page that is loaded again is signed out too', async () => {
    const { client } = await clients.somebody('Ada', options());
    await client.signOut();
    assert.equal(page.pages.cookie, null);
    const again = clients.make(options());
    assert.equal((await again.connect()).is, 'signed-out');
    assert.equal(again.me.value, null);
  });

  it('is renewed by one window at a time, by the lock that the windows of a browser share', async () => {
    let last: Promise<unknown> = Promise.resolve();
    const asked: string[] = [];
    const locks = {
      request<T>(name: string, work: () => Promise<T>): Promise<T> {
        asked.push(name);
        const next = last.then(work);
        last = next.catch(() => undefined);
        return next;
      },
    };
    const original = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
    try {
      const { client } = await clients.somebody('Ada', options());
      const others = Array.from({ length: 3 }, () => clients.make(options()));
      for (const other of others) await other.connect();
      page.world.clock.forward(16 * MINUTE);
      const all = [client, ...others];
      const outcomes = await Promise.all(all.map((one) => one.call('channel.list', {})));
      for (const outcome of outcomes) assert.ok(outcome.ok, JSON.stringify(outcome));
    } finally {
      if (original) Object.defineProperty(globalThis, 'navigator', original);
      else Reflect.deleteProperty(globalThis, 'navigator');
    }
    assert.deepEqual([...new Set(asked)], [page.world.url]);
    assert.ok(asked.length >= 7);
  });

  for (const [what, shared] of [
    ['whose storage they share', memoryStorage()],
    ['each with its own storage', null],
  ] as const)
    it(`says nothing in the name of who signed in to another window of the browser, ${what}`, async () => {
      const kept = () => ({ tokens: shared ?? memoryStorage() });
      const { client: ada } = await clients.somebody('Ada', options(kept()));
      const { client: bob } = await clients.somebody('Bob', options(kept()));
      page.world.clock.forward(16 * MINUTE);
      const outcome = await ada.call('channel.create', { kind: 'public', name: 'Whose?' });
      assert.equal(outcome.ok ? 'ok' : outcome.refusal.code, 'signed_out');
      assert.equal(ada.state.value.is, 'signed-out');
      assert.equal(ada.me.value, null);
      assert.ok((await bob.call('channel.list', {})).ok, 'who is signed in stays so');
      bob.close();
      const again = clients.make(options(kept()));
      await again.connect();
      await reaches(again, 'online');
      assert.deepEqual(again.me.value, bob.me.value);
    });

  it('takes a cookie of a session that was ended for no session', async () => {
    const { client, email, password } = await clients.somebody('Ada', options());
    client.close();
    const elsewhere = clients.make();
    assert.ok((await elsewhere.signIn({ email, password })).ok);
    assert.ok((await elsewhere.call('session.revoke-all', {})).ok);
    const again = clients.make(options());
    assert.equal((await again.connect()).is, 'signed-out');
    assert.equal(page.pages.cookie, null, 'nor is it left behind');
  });

  it('does not come along with the calls of a page that has its token in bodies', async () => {
    const { client } = await clients.somebody('Ada', options());
    client.close();
    const { client: bob } = await clients.somebody('Bob', options({ delivery: 'body' }));
    const left = page.pages.cookie;
    await renewed(bob);
    assert.ok(left !== null && page.pages.cookie === left);
  });
});
