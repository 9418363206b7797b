/** A window of hits begins with its first, ends when it said, and what Redis cannot say in numbers is a failure. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Secret } from '../../src/kernel/index.ts';
import { connectRedis, type RedisLink } from '../../src/platform/redis.ts';
import { sharedHits } from '../../src/platform/redis-hits.ts';
import { HOUR, MINUTE } from '../support/hand-clock.ts';
import { OwnRedis } from '../support/own-redis.ts';

describe('hits that nodes share', () => {
  let redis: OwnRedis;
  const links: RedisLink[] = [];
  before(async function () {
    redis = await OwnRedis.start();
  });
  after(async () => {
    for (const link of links) link.close();
    await redis.end();
  });

  function connected(): RedisLink {
    const link = connectRedis({ url: new Secret(redis.url) }, () => undefined);
    links.push(link);
    return link;
  }

  async function ready(): Promise<RedisLink> {
    const link = connected();
    await once(link.client, 'ready');
    return link;
  }

  it('are counted one by one, whoever asks, and at once by many', async () => {
    const [one, two] = [sharedHits(await ready(), MINUTE), sharedHits(await ready(), MINUTE)];
    const key = randomUUID();
    const first = await one.hit(key);
    assert.equal(first.hits, 1);
    assert.ok(first.resetMs > MINUTE - 5_000 && first.resetMs <= MINUTE, `${first.resetMs}`);
    const many = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? one : two).hit(key));
    const counted = (await Promise.all(many)).map(({ hits }) => hits);
    assert.deepEqual(
      counted.sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i + 2),
    );
    assert.equal((await two.hit(randomUUID())).hits, 1, 'another key');
  });

  it('do not move the end of their window, and begin another when it has come', async () => {
    const store = sharedHits(await ready(), HOUR);
    const key = randomUUID();
    await store.hit(key);
    await redis.admin.pexpire(key, 20_000); // as if most of the hour had gone by
    for (let hits = 2; hits <= 20; hits += 1) {
      const told = await store.hit(key);
      assert.equal(told.hits, hits);
      assert.ok(told.resetMs <= 20_000, `${told.resetMs} ms`);
    }
    await redis.admin.pexpireat(key, 1);
    const anew = await store.hit(key);
    assert.ok(anew.hits === 1 && anew.resetMs > HOUR - 5_000);
  });

  it('never stay for ever, whatever became of their end', async () => {
    const store = sharedHits(await ready(), MINUTE);
    const key = randomUUID();
    await store.hit(key);
    await redis.admin.persist(key);
    assert.equal((await store.hit(key)).hits, 1);
    assert.ok((await redis.admin.pttl(key)) > 0);
  });

  it('lose nothing with the script, which is sent once more', async () => {
    const store = sharedHits(await ready(), MINUTE);
    const key = randomUUID();
    await store.hit(key);
    await redis.admin.script('FLUSH');
    assert.equal((await store.hit(key)).hits, 2);
    assert.equal((await store.hit(key)).hits, 3);
  });

  it('are counted by a Redis that was away when everything began, and by one that came back empty', async () => {
    await redis.kill();
    const link = connected();
    const store = sharedHits(link, MINUTE);
    const key = randomUUID();
    await assert.rejects(store.hit(key));
    /** Not `once` of Node: it gives up at the errors that come while Redis is away. */
    const back = () => new Promise<void>((resolve) => link.client.once('ready', () => resolve()));
    for (let round = 0; round < 2; round += 1) {
      const there = back();
      await redis.begin();
      await there;
      assert.equal((await store.hit(key)).hits, 1);
      const closed = new Promise<void>((resolve) => link.client.once('close', () => resolve()));
      await redis.kill();
      await closed;
      await assert.rejects(store.hit(key));
    }
    await redis.begin();
  });

  it('are given up by a Redis that does not answer', async () => {
    const store = sharedHits(await ready(), MINUTE);
    await store.hit(randomUUID());
    await redis.admin.client('PAUSE', 600_000, 'WRITE');
    const began = performance.now();
    await assert.rejects(store.hit(randomUUID()), /timed out/i);
    const waited = performance.now() - began;
    await redis.admin.client('UNPAUSE');
    assert.ok(waited > 200 && waited < 20_000, `${waited} ms`);
  });

  for (const answer of [
    null,
    'OK',
    [],
    [1],
    [1, 2, 3],
    ['x', 5],
    [NaN, 5],
    [0, 5],
    [1.5, 5],
    [1, 'y'],
    [false, 5],
  ])
    it(`are none where Redis answers ${JSON.stringify(answer)}`, async () => {
      const store = sharedHits({ script: () => () => Promise.resolve(answer) }, MINUTE);
      await assert.rejects(store.hit('k'));
    });
});
