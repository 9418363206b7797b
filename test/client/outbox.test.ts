/** Nothing that was written is lost or doubled: not by a restart, a limit, a full storage, a refusal or another user. */
import assert from 'node:assert/strict';
import { memoryStorage, type Later, type OutboxEntry, type Storage } from 'conclave/client';
import { v7 } from 'uuid';
import { LIMIT_TABLE } from '../../src/limits/index.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { DAY, HOUR } from '../support/hand-clock.ts';
import { UNLIMITED, World } from '../support/world.ts';
import {
  bodies,
  channelOf,
  Clients,
  HandTimers,
  history,
  opened,
  reaches,
  shows,
  until,
} from './support.ts';

const bodiesOf = (entries: readonly OutboxEntry[]) => entries.map(({ body }) => body);

describe('the client: an outbox', () => {
  let world: World;
  let proxy: CutProxy;
  const clients = new Clients(() => world);
  before(async () => {
    const limits = { ...UNLIMITED, 'message.write': LIMIT_TABLE['message.write'] };
    world = await World.create({ limits });
    proxy = await CutProxy.before(() => world.app.port());
  });
  afterEach(() => {
    proxy.judge = () => 'pass';
    proxy.restore();
  });
  after(async () => {
    clients.end();
    await proxy.close();
    await world.end();
  });

  it('survives the end of the program: the next one sends what was written, in order and once', async () => {
    const [storage, tokens] = [memoryStorage(), memoryStorage()];
    const kept = { storage, tokens, url: proxy.url };
    const { client: alice } = await clients.somebody('Alice', kept);
    const { id } = await channelOf(alice);
    await opened(alice, id);
    const stored = new Promise<void>((resolve) => {
      proxy.judge = (text) => {
        if (!text.includes('"seq"')) return 'pass';
        resolve();
        return 'drop';
      };
    });
    const log = alice.channel(id);
    const written = [await log.send('one'), await log.send('two'), await log.send('three')];
    await stored;
    alice.close();
    assert.equal((await storage.keys('')).length, 3);

    proxy.judge = () => 'pass';
    const next = clients.make(kept);
    await next.connect();
    assert.deepEqual(
      next.outbox.entries.map(({ clientId }) => clientId),
      written.map(({ clientId }) => clientId),
    );
    const entries = [...next.outbox.entries];
    await Promise.all(entries.map((entry) => entry.settled()));
    assert.deepEqual(
      (await history(next, id)).map(({ body }) => body),
      ['one', 'two', 'three'],
    );
    assert.deepEqual(await storage.keys(''), []);
  });

  it('keeps the drafts of a burst that met a limit, says when it goes on, and then goes on', async () => {
    const timers = new HandTimers();
    const { client: alice } = await clients.somebody('Alice', { later: timers.later });
    const { id } = await channelOf(alice);
    const log = await opened(alice, id);
    const written: OutboxEntry[] = [];
    for (let n = 0; n < 25; n += 1) written.push(await log.send(String(n)));
    const limited = written[20];
    assert.ok(limited);
    await until(
      'meet the limit',
      (look) => alice.outbox.on('changed', look),
      () => (limited.state.is === 'pending' && limited.state.refusal ? true : undefined),
    );
    assert.ok(limited.state.is === 'pending' && limited.state.retryAt !== null);
    assert.equal(limited.state.refusal?.code, 'rate_limited');
    const pause = limited.state.retryAt - world.clock.now().getTime();
    assert.ok(pause > 0 && pause <= 6_000, `about the window: ${pause}`);
    assert.deepEqual(bodiesOf(log.unsent), ['20', '21', '22', '23', '24']);
    world.clock.forward(pause);
    timers.forward(pause);
    await Promise.all(written.map((entry) => entry.settled()));
    await shows(log, ({ messages }) => messages.length === 25);
    assert.deepEqual(
      bodies(log),
      Array.from({ length: 25 }, (_, n) => String(n)),
    );
    assert.deepEqual(log.unsent, []);
  });

  it('keeps what is refused for good, with the reason, until it is tried again or discarded', async () => {
    const storage = memoryStorage();
    const [{ client: alice }, { client: bob }] = await Promise.all([
      clients.somebody('Alice'),
      clients.somebody('Bob', { storage }),
    ]);
    const { id } = await channelOf(alice);
    const log = bob.channel(id); // Bob is no member
    const entry = await log.send('let me in');
    const failed = await entry.settled();
    assert.ok(failed.is === 'failed' && failed.refusal.code === 'not_found');
    assert.deepEqual(bodiesOf(bob.outbox.entries), ['let me in']);
    assert.match((await storage.read((await storage.keys(''))[0] ?? '')) ?? '', /not_found/);

    const userId = bob.me.value?.userId;
    assert.ok(userId);
    await alice.callOrThrow('member.add', { channelId: id, userId });
    await entry.retry();
    assert.equal((await entry.settled()).is, 'sent');

    const tooLong = await log.send('x'.repeat(4_001));
    assert.ok(tooLong.state.is === 'failed' && tooLong.state.refusal.code === 'invalid_input');
    const empty = await log.send(' ');
    assert.equal((await empty.settled()).is, 'failed');
    await empty.discard();
    assert.deepEqual(empty.state, { is: 'discarded' });
    assert.deepEqual([bob.outbox.entries, await storage.keys('')], [[], []]);
    assert.equal((await history(alice, id)).length, 1);
  });

  it('sends what became too old under a new clientId, but only when told to', async () => {
    const [storage, tokens] = [memoryStorage(), memoryStorage()];
    const kept = { storage, tokens, url: proxy.url };
    const { client: alice } = await clients.somebody('Alice', kept);
    const { id } = await channelOf(alice);
    proxy.sever();
    await reaches(alice, 'connecting');
    const { clientId } = await alice.channel(id).send('from last week');
    alice.close();
    const stale = v7({ msecs: world.clock.now().getTime() - 8 * DAY });
    const [key = ''] = await storage.keys('');
    const draft = (await storage.read(key)) ?? '';
    await storage.remove(key);
    await storage.write(key.replace(clientId, stale), draft.replace(clientId, stale));
    proxy.restore();
    const next = clients.make(kept);
    await next.connect();
    const [entry] = next.outbox.entries;
    assert.equal(entry?.clientId, stale);
    const failed = await entry.settled();
    assert.ok(failed.is === 'failed' && failed.refusal.code === 'stale_client_id');
    await entry.retry();
    assert.equal((await entry.settled()).is, 'sent');
    assert.notEqual(entry.clientId, stale);
    assert.equal((await history(next, id)).length, 1);
    assert.deepEqual(await storage.keys(''), []);
  });

  it('tells the time of the server in its clientIds, however wrong its own clock is', async () => {
    const now = () => world.clock.now().getTime() + 3 * HOUR;
    const { client: alice } = await clients.somebody('Alice', { now });
    const { id } = await channelOf(alice);
    const settled = await (await alice.channel(id).send('from the future')).settled();
    assert.equal(settled.is, 'sent', JSON.stringify(settled));
  });

  it('never sends what somebody else wrote', async () => {
    const storage = memoryStorage();
    const shared = { storage, url: proxy.url };
    const { client, email, password } = await clients.somebody('Alice', shared);
    const { id } = await channelOf(client);
    const { email: bobs, password: secret } = await clients.somebody('Bob');
    proxy.sever();
    await reaches(client, 'connecting');
    const entry = await client.channel(id).send('by Alice');
    proxy.restore();
    assert.ok((await client.signIn({ email: bobs, password: secret })).ok);
    await reaches(client, 'online');
    const state = await entry.settled();
    assert.ok(state.is === 'failed' && state.refusal.code === 'signed_out');
    assert.deepEqual(client.outbox.entries, []);
    await client.call('role.describe', {});
    assert.ok((await client.signIn({ email, password })).ok);
    await reaches(client, 'online');
    await until(
      'send it',
      (look) => client.outbox.on('changed', look),
      () => (client.outbox.entries.length === 0 ? true : undefined),
    );
    const [message] = await history(client, id);
    assert.equal(message?.body, 'by Alice');
    assert.equal(message.authorId, client.me.value?.userId);
  });

  it('does not send what could not be kept, and has an end', async () => {
    const failures: unknown[] = [];
    const full: Storage = {
      ...memoryStorage(),
      write: () => Promise.reject(new Error('the disk is full')),
    };
    const { client: alice } = await clients.somebody('Alice', {
      storage: full,
      failed: (error) => failures.push(error),
    });
    const { id } = await channelOf(alice);
    const entry = await alice.channel(id).send('nowhere to keep it');
    assert.ok(entry.state.is === 'failed' && entry.state.refusal.code === 'storage_failed');
    assert.equal(failures.length, 1);
    assert.deepEqual(await history(alice, id), []);
    await entry.discard();

    const never: Later = () => () => undefined;
    const { client: bob } = await clients.somebody('Bob', { url: proxy.url, later: never });
    const { id: hers } = await channelOf(bob);
    proxy.sever();
    await reaches(bob, 'connecting');
    const log = bob.channel(hers);
    for (let n = 0; n < 1_000; n += 1) await log.send(String(n));
    const excess = await log.send('one too many');
    assert.ok(excess.state.is === 'failed' && excess.state.refusal.code === 'outbox_full');
    assert.equal(bob.outbox.entries.length, 1_000);
  });
});
