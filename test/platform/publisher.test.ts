/** What is said in one turn leaves in one write, in order and sealed one by one; what cannot leave is counted. */
import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { busCounts, type BusCounts } from '../../src/platform/bus/counts.ts';
import { SealedPublisher } from '../../src/platform/bus/publisher.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { OwnRedis } from '../support/own-redis.ts';

const CHANNEL = 'what-nodes-say';

describe('the publishing half of the bus', function () {
  this.timeout(240_000);
  let redis: OwnRedis;
  let counts: BusCounts;
  let publisher: SealedPublisher;
  /** What was published, in the order in which it arrived. */
  let heard: string[];

  before(async () => {
    redis = await OwnRedis.start();
    const listener = redis.client();
    listener.on('smessage', (_channel: string, packet: string) => heard.push(packet));
    await listener.ssubscribe(CHANNEL);
  });
  after(() => redis.end());
  beforeEach(async () => {
    heard = [];
    counts = busCounts();
    const client = redis.client();
    await client.ping();
    publisher = new SealedPublisher(client, sealing(), counts);
  });

  /** Marks what it sealed, with the place in the order. */
  function sealing() {
    let sealed = 0;
    return {
      seal: (_channel: string, payload: Uint8Array) =>
        Buffer.from(`${(sealed += 1)}:${Buffer.from(payload).toString()}`),
      open: () => 'malformed',
    };
  }
  const say = (...words: string[]) =>
    Promise.all(words.map((word) => publisher.spublish(CHANNEL, word)));
  const reads = async () => {
    const stats = await redis.admin.info('stats');
    return Number(/total_reads_processed:(\d+)/.exec(stats)?.[1]);
  };

  it('sends all of a turn in one write, in the order in which it was sealed', async () => {
    const before = await reads();
    const words = Array.from({ length: 50 }, (_, i) => `word ${i}`);
    assert.deepEqual(
      await say(...words),
      words.map(() => 1),
    );
    const after = await reads();
    await eventually('all are heard', () => heard.length === words.length);
    assert.ok(after - before <= 4, `${after - before} reads for 50 packets`); // one of them is the question itself
    assert.deepEqual(
      heard,
      words.map((word, i) => `${i + 1}:${word}`),
    );
    assert.deepEqual([counts.published, counts.notPublished], [50, 0]);
  });

  it('tells each how many heard it', async () => {
    const [one, none] = await Promise.all([
      publisher.spublish(CHANNEL, 'here'),
      publisher.spublish('where nobody listens', 'there'),
    ]);
    assert.deepEqual([one, none], [1, 0]);
    assert.equal(counts.published, 2);
  });

  it('sends what is said in the next turn as well', async () => {
    await say('first');
    await say('second', 'third');
    await eventually('all are heard', () => heard.length === 3);
    assert.deepEqual(heard, ['1:first', '2:second', '3:third']);
  });

  it('counts what was on its way when Redis went, and keeps nothing for later', async () => {
    const client = redis.client();
    await client.ping();
    const cut = new SealedPublisher(client, sealing(), counts);
    const answers = [cut.spublish(CHANNEL, 'lost'), cut.spublish(CHANNEL, 'lost too')];
    client.disconnect();
    assert.deepEqual(await Promise.all(answers), [0, 0]);
    assert.deepEqual([counts.published, counts.notPublished], [0, 2]);
    assert.equal(await cut.spublish(CHANNEL, 'later'), 0);
    await client.connect();
    await say('here again');
    await eventually('the others are heard', () => heard.length > 0);
    assert.deepEqual(heard, ['1:here again']);
  });

  it('takes no more than four megabytes for a Redis that does not answer', async () => {
    const stuck = new Redis(redis.url, { lazyConnect: true, maxRetriesPerRequest: 0 });
    stuck.on('error', () => undefined);
    await stuck.connect();
    await redis.admin.client('PAUSE', 2_000, 'ALL');
    const slow = new SealedPublisher(stuck, sealing(), counts);
    const big = 'x'.repeat(1024 * 1024);
    const answers = Array.from({ length: 8 }, () => slow.spublish(CHANNEL, big));
    await eventually('the rest is not sent', () => counts.notPublished > 0);
    const sent = await Promise.all(answers);
    assert.deepEqual(sent, [1, 1, 1, 1, 0, 0, 0, 0]);
    stuck.disconnect();
  });
});
