/** Every request counts against its address before it is read, is told so, and Redis being away changes neither. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import request from 'supertest';
import { z } from 'zod';
import type { Admission } from '../../../src/kernel/index.ts';
import { clientAddresses } from '../../../src/transport/client-address.ts';
import { HOUR, MINUTE } from '../../support/hand-clock.ts';
import { OwnRedis } from '../../support/own-redis.ts';
import { apart, behind } from '../../support/strangers.ts';
import { World } from '../../support/world.ts';
import { closeServers, echo, raw, serve } from './served.ts';

const QUOTA = 10;
const ALICE = '203.0.113.1';
const BOB = '203.0.113.2';
const PATHS = ['/', '/v1/nowhere', '/nothing/here', '/.well-known/jwks.json', '/v1/%zz'];

describe('the door of HTTP', () => {
  let world: World;
  before(async () => {
    const environment = { ...apart(), HTTP_REQUESTS_PER_HOUR: String(QUOTA) };
    world = await World.create({ environment });
  });
  beforeEach(() => world.clock.forward(2 * HOUR));
  after(() => world.end());

  const get = (path: string, address: string) => request(world.url).get(path).set(behind(address));

  it('counts whatever is asked for, says what is left, and refuses the rest', async () => {
    for (let i = 0; i < QUOTA; i += 1) {
      const answer = await get(PATHS[i % PATHS.length] ?? '/', ALICE);
      assert.notEqual(answer.status, 429);
      assert.equal(answer.headers['ratelimit-policy'], `"http.request";q=${QUOTA};w=3600`);
      const [, left, seconds] =
        /^"http.request";r=(\d+);t=(\d+)/.exec(String(answer.headers['ratelimit'])) ?? [];
      assert.equal(Number(left), QUOTA - 1 - i);
      assert.ok(Number(seconds) >= 3_600 && Number(seconds) <= 3_660, `${seconds} s`);
    }
    for (const path of PATHS) {
      const no = await get(path, ALICE);
      assert.equal(no.status, 429);
      assert.equal(no.headers['content-type'], 'application/problem+json');
      const { code, retry, detail, retryAfterMs } = no.body as Record<string, unknown>;
      const fired = { bucket: 'http.request', by: 'address', windowMs: HOUR };
      assert.deepEqual([code, retry, detail], ['rate_limited', 'later', fired]);
      assert.equal(no.headers['retry-after'], String(Math.ceil(Number(retryAfterMs) / 1_000)));
      assert.match(String(no.headers['ratelimit']), /^"http.request";r=0;t=\d+$/);
      assert.ok(no.headers['x-request-id'] && no.headers['content-security-policy']);
    }
    assert.equal((await get('/', BOB)).status, 200, 'another address');
    const { retryAfterMs } = (await get('/', ALICE)).body as { retryAfterMs: number };
    world.clock.forward(retryAfterMs);
    assert.equal((await get('/', ALICE)).status, 200);
  });

  it('tells both limits of an operation, also when the operation is refused', async () => {
    const input = { workspace: world.slug, email: 'nobody@example.org', password: 'wrong' };
    const answer = await request(world.url).post('/v1/sessions').set(behind(BOB)).send(input);
    assert.match(
      String(answer.headers['ratelimit']),
      /^"http.request";r=9;t=\d+, "auth.login";r=\d+;t=6[01]$/,
      String(answer.headers['ratelimit']),
    );
  });

  it('takes a /64 for one client', async () => {
    for (let i = 0; i < QUOTA; i += 1) await get('/', `2001:db8::${i.toString(16)}`);
    assert.equal((await get('/', '2001:db8::ffff')).status, 429);
    assert.equal((await get('/', '2001:db8:0:1::1')).status, 200);
  });

  it('does not read what it refuses', async () => {
    for (let i = 0; i < QUOTA; i += 1) await get('/', ALICE);
    const head = `POST /v1/sessions HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${ALICE}\r\nConnection: close\r\n`;
    // The body never comes, and is of a type that would be refused if anybody looked.
    const answer = await raw(
      world.app.port(),
      `${head}Content-Type: text/odd\r\nContent-Length: 5000\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1.1 429 /);
  });

  it('counts probes apart, so that no client can have the server taken out of service', async () => {
    for (let i = 0; i <= QUOTA; i += 1) await get('/', ALICE);
    for (let i = 0; i < 120; i += 1) assert.equal((await get('/healthz', ALICE)).status, 200);
    assert.equal((await get('/healthz', ALICE)).status, 429);
    assert.equal((await get('/readyz', ALICE)).status, 429, 'both count as one');
    assert.equal((await get('/healthz', BOB)).status, 200);
    world.clock.forward(MINUTE + 1_000);
    assert.equal((await get('/healthz', ALICE)).status, 200);
  });
});

describe('the door of HTTP without a declared proxy', () => {
  it('counts the peer, however many addresses it claims to be', async () => {
    const environment = { ...apart(), TRUSTED_PROXIES: '', HTTP_REQUESTS_PER_HOUR: String(QUOTA) };
    const world = await World.create({ environment });
    try {
      const ask = (i: number) =>
        request(world.url)
          .get('/')
          .set(behind(`203.0.113.${i}`));
      for (let i = 0; i < QUOTA; i += 1) assert.equal((await ask(i)).status, 200);
      assert.equal((await ask(QUOTA)).status, 429);
    } finally {
      await world.end();
    }
  });
});

describe('the door of HTTP without Redis', () => {
  it('still counts, still refuses, and is never an error', async function () {
    const redis = await OwnRedis.start();
    const environment = {
      ...apart(),
      REDIS_URL: redis.url,
      HTTP_REQUESTS_PER_HOUR: String(QUOTA),
    };
    const world = await World.create({ environment });
    try {
      const get = (path: string) => request(world.url).get(path).set(behind(ALICE));
      for (let i = 0; i < 4; i += 1) assert.equal((await get('/')).status, 200);
      await redis.kill();
      for (let i = 4; i < QUOTA; i += 1) {
        const answer = await get('/');
        assert.deepEqual(
          [answer.status, /r=(\d+)/.exec(String(answer.headers['ratelimit']))?.[1]],
          [200, String(QUOTA - 1 - i)],
        );
      }
      assert.equal((await get('/')).status, 429);
      assert.equal((await get('/readyz')).status, 200, 'and it is ready');
      assert.ok(world.logged.some((line) => line.includes('limits: Redis away')));
    } finally {
      await world.end();
      await redis.end();
    }
  });
});

describe('the origin of a call', () => {
  afterEach(closeServers);
  const reading = echo('thing.read', 'GET /v1/things', z.strictObject({}));

  it('is the client behind the declared proxy, for limits and audit alike', async () => {
    const clientAddress = clientAddresses(['127.0.0.1']);
    const { url, calls } = await serve([reading], {}, { clientAddress });
    await request(url).get('/v1/things').set(behind('1.1.1.1, ::ffff:203.0.113.1'));
    assert.equal(calls[0]?.origin.address, '203.0.113.1');
  });

  it('is not served once the client has left', async () => {
    let decide: (admission: Admission) => void = () => undefined;
    const verdict = new Promise<Admission>((resolve) => (decide = resolve));
    const { port, server, calls } = await serve([reading], {}, { admit: () => verdict });
    const asked = once(server, 'request') as Promise<[IncomingMessage]>;
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /v1/things HTTP/1.1\r\nHost: x\r\n\r\n');
    const [incoming] = await asked;
    const closed = once(incoming.socket, 'close');
    socket.destroy();
    await closed;
    const limit = { bucket: 'http.request', remaining: 1, resetMs: 1 };
    decide({ limit, quota: 2, windowMs: 1, refusal: null });
    await verdict;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(calls.length, 0);
  });

  it('that cannot be found out is a fault, and ends in an answer', async () => {
    const admit = () => Promise.reject(new Error('a bug'));
    const { url, nextLine } = await serve([reading], {}, { admit });
    const line = nextLine();
    assert.equal((await request(url).get('/v1/things')).status, 500);
    assert.match(String((await line).fault), /a bug/);
  });
});
