/** Nodes count an address together, and a Redis that fails makes no answer of HTTP late, wrong or free. */
import assert from 'node:assert/strict';
import request, { type Response } from 'supertest';
import { eventually } from '../../support/bootstrap-clone.ts';
import { OwnRedis } from '../../support/own-redis.ts';
import { apart, behind } from '../../support/strangers.ts';
import { TwoNodes, type Node } from '../../support/two-nodes.ts';

const QUOTA = 10;

describe('the door of HTTP on two nodes', () => {
  let redis: OwnRedis;
  let nodes: TwoNodes;
  let last = 0;
  let address: string;
  before(async function () {
    redis = await OwnRedis.start();
    const sizes = { REDIS_URL: redis.url, HTTP_REQUESTS_PER_HOUR: String(QUOTA) };
    nodes = await TwoNodes.create({ environment: { ...apart(), ...sizes } });
  });
  beforeEach(() => {
    address = `203.0.113.${(last += 1)}`;
  });
  after(async () => {
    await nodes.end();
    await redis.end();
  });

  const get = (node: Node) => request(node.url).get('/').set(behind(address));
  const left = (answer: Response) =>
    Number(/^"http\.request"; r=(\d+)/.exec(String(answer.headers['ratelimit']))?.[1]);

  /** How many are admitted before the first that is not, each of them told what is left. */
  async function admitted(node: Node): Promise<number> {
    for (let times = 0; times < 10 * QUOTA; times += 1) {
      const { status } = await get(node);
      if (status === 429) return times;
      assert.equal(status, 200);
    }
    return assert.fail('it is open');
  }
  /** Resolves once both nodes count in Redis, as the number of one tells the other. */
  async function together(): Promise<void> {
    await eventually('both nodes count together', async () => {
      address = `203.0.113.${(last += 1)}`;
      return left(await get(nodes.a)) === QUOTA - 1 && left(await get(nodes.b)) === QUOTA - 2;
    });
  }

  it('admits what one address may, whichever node it asks', async () => {
    for (let i = 0; i < QUOTA; i += 1) {
      const answer = await get(i % 2 === 0 ? nodes.a : nodes.b);
      assert.deepEqual([answer.status, left(answer)], [200, QUOTA - 1 - i]);
    }
    for (const node of [nodes.a, nodes.b]) {
      const no = await get(node);
      assert.equal(no.status, 429);
      const seconds = Number(no.headers['retry-after']);
      assert.ok(seconds > 3_500 && seconds <= 3_660, `${seconds} s`);
    }
  });

  it('admits no more when they are asked at once', async () => {
    const asked = Array.from({ length: 6 * QUOTA }, (_, i) => get(i % 2 ? nodes.a : nodes.b));
    const answers = await Promise.all(asked);
    assert.equal(answers.filter(({ status }) => status === 200).length, QUOTA);
    assert.equal(answers.filter(({ status }) => status === 429).length, 5 * QUOTA);
  });

  const faults: Record<string, { begin: () => Promise<unknown>; end: () => Promise<unknown> }> = {
    killed: { begin: () => redis.kill(), end: () => redis.begin() },
    paused: {
      begin: () => redis.admin.client('PAUSE', 600_000, 'WRITE'),
      end: () => redis.admin.client('UNPAUSE'),
    },
    full: {
      begin: () => redis.admin.config('SET', 'maxmemory', '1'),
      end: () => redis.admin.config('SET', 'maxmemory', '0'),
    },
  };
  for (const [fault, { begin, end }] of Object.entries(faults))
    it(`goes on when Redis is ${fault}: not open, not in error, and back when it is there`, async () => {
      for (let i = 0; i < 4; i += 1) assert.equal((await get(nodes.a)).status, 200);
      await begin();
      const answers: Response[] = [];
      for (let i = 4; i < QUOTA; i += 1) answers.push(await get(nodes.a));
      assert.deepEqual(
        answers.map((answer) => [answer.status, left(answer)]),
        answers.map((_, i) => [200, QUOTA - 5 - i]),
      );
      assert.equal((await get(nodes.a)).status, 429);
      assert.equal(await admitted(nodes.b), QUOTA, 'each node by itself, and closed');
      assert.equal((await request(nodes.a.url).get('/readyz')).status, 200, 'and it is ready');
      await end();
      await together();
      assert.equal((await get(nodes.a)).status, 200);
    });

  it('needs no script to be there, and counts on without a gap', async () => {
    await together();
    assert.equal(left(await get(nodes.a)), QUOTA - 3);
    await redis.admin.script('FLUSH');
    assert.equal(left(await get(nodes.b)), QUOTA - 4);
    await redis.admin.flushall();
    assert.equal(left(await get(nodes.b)), QUOTA - 3, 'of its own it has counted two');
  });
});
