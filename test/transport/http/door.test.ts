/** Every request counts against its address before it is read, is told so, and nothing else decides. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import request, { type Response } from 'supertest';
import { z } from 'zod';
import type { Hits } from '../../../src/kernel/index.ts';
import { clientAddresses } from '../../../src/transport/client-address.ts';
import { HOUR, MINUTE } from '../../support/hand-clock.ts';
import { OwnRedis } from '../../support/own-redis.ts';
import { apart, behind } from '../../support/strangers.ts';
import { World } from '../../support/world.ts';
import { closeServers, doorWith, echo, serve } from './served.ts';

const QUOTA = 10;
const ALICE = '203.0.113.1';
const BOB = '203.0.113.2';
const PATHS = ['/', '/v1/nowhere', '/nothing/here', '/.well-known/jwks.json', '/v1/%zz'];
const POLICY = /^"http\.request"; q=10; w=3600; pk=:[\w+/]+=*:$/;

/** What is left and in how many seconds it is whole again, by the items of the header. */
function announced(answer: Response): Record<string, { left: number; seconds: number }> {
  const items = String(answer.headers['ratelimit']).split(', ');
  return Object.fromEntries(
    items.map((item) => {
      const [, name, left, seconds] = /^"([a-z.]+)"; r=(\d+); t=(\d+)$/.exec(item) ?? [];
      assert.ok(name, item);
      return [name, { left: Number(left), seconds: Number(seconds) }];
    }),
  );
}

describe('the door of HTTP', () => {
  let redis: OwnRedis;
  let world: World;
  before(async function () {
    redis = await OwnRedis.start();
    const sizes = { REDIS_URL: redis.url, HTTP_REQUESTS_PER_HOUR: String(QUOTA) };
    world = await World.create({ environment: { ...apart(), ...sizes } });
  });
  afterEach(windowsEnd);
  after(async () => {
    await world.end();
    await redis.end();
  });

  const get = (path: string, address: string) => request(world.url).get(path).set(behind(address));

  /** An hour goes by, in Redis as well, where the clock is not moved by hand. */
  async function windowsEnd(): Promise<void> {
    world.clock.forward(2 * HOUR);
    for (const key of await redis.admin.keys('limit:*')) await redis.admin.pexpireat(key, 1);
  }

  it('counts whatever is asked for, says what is left, and refuses the rest until the hour is over', async () => {
    for (let i = 0; i < QUOTA; i += 1) {
      const answer = await get(PATHS[i % PATHS.length] ?? '/', ALICE);
      assert.notEqual(answer.status, 429);
      assert.match(String(answer.headers['ratelimit-policy']), POLICY);
      const told = announced(answer)['http.request'];
      assert.equal(told?.left, QUOTA - 1 - i);
      assert.ok(told.seconds >= 3_590 && told.seconds <= 3_660, `${told.seconds} s`);
      assert.equal(answer.headers['retry-after'], undefined);
    }
    for (const path of PATHS) {
      const no = await get(path, ALICE);
      assert.equal(no.status, 429);
      assert.equal(no.headers['content-type'], 'application/problem+json');
      const { code, retry, detail, ...body } = no.body as Record<string, unknown>;
      const fired = { bucket: 'http.request', by: 'address', windowMs: HOUR };
      assert.deepEqual([code, retry, detail], ['rate_limited', 'later', fired]);
      assert.equal(body['traceId'], no.headers['x-request-id']);
      assert.ok(no.headers['content-security-policy']);
      assert.match(String(no.headers['ratelimit-policy']), POLICY);
      // One number in all places: the list, the header and the body.
      const seconds = Math.ceil(Number(body['retryAfterMs']) / 1_000);
      assert.deepEqual(announced(no), { 'http.request': { left: 0, seconds } });
      assert.equal(no.headers['retry-after'], String(seconds));
    }
    assert.equal((await get('/', BOB)).status, 200, 'another address');
    const { retryAfterMs } = (await get('/', ALICE)).body as { retryAfterMs: number };
    world.clock.forward(retryAfterMs);
    for (const key of await redis.admin.keys('limit:*')) await redis.admin.pexpireat(key, 1);
    assert.equal((await get('/', ALICE)).status, 200);
  });

  it('counts every method, and every target, such as a router would not see', async () => {
    const asked = ['HEAD /', 'OPTIONS *', 'TRACE /', 'PROPFIND /v1', 'POST http://[/', 'GET //'];
    for (const [i, line] of asked.entries()) {
      const socket = connect(world.app.port(), '127.0.0.1');
      socket.write(`${line} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${ALICE}\r\n\r\n`);
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      assert.match(
        chunk.toString(),
        new RegExp(`ratelimit: "http.request"; r=${9 - i};`, 'i'),
        line,
      );
    }
  });

  it('tells both limits of an operation in one field, also when the operation is refused', async () => {
    const input = { workspace: world.slug, email: 'nobody@example.org', password: 'wrong' };
    const open = () => request(world.url).post('/v1/sessions').set(behind(BOB)).send(input);
    const no = await open();
    assert.equal(no.status, 401);
    const { 'http.request': door, 'auth.login': row, ...others } = announced(no);
    assert.deepEqual([door?.left, others], [QUOTA - 1, {}]);
    assert.ok(row && row.left > 1_000 && row.seconds >= 60 && row.seconds <= 61);
    assert.match(String(no.headers['ratelimit-policy']), POLICY);
  });

  it('takes a /64 for one client, and the networks beside it for others', async () => {
    for (let i = 0; i < QUOTA; i += 1) await get('/', `2001:db8::${i.toString(16)}`);
    assert.equal((await get('/', '2001:db8::ffff')).status, 429);
    assert.equal((await get('/', '2001:db8:0:1::1')).status, 200);
  });

  it('counts probes apart, so that no client can have the server taken out of service', async () => {
    for (let i = 0; i <= QUOTA; i += 1) await get('/', ALICE);
    for (let i = 0; i < 120; i += 1) assert.equal((await get('/healthz', ALICE)).status, 200);
    const no = await get('/healthz', ALICE);
    assert.deepEqual([no.status, Object.keys(announced(no))], [429, ['http.probe']]);
    assert.equal((await get('/readyz', ALICE)).status, 429, 'both count as one');
    assert.equal((await get('/healthz', BOB)).status, 200);
    await windowsEnd();
    assert.equal((await get('/healthz', ALICE)).status, 200);
    assert.ok(Number(no.headers['retry-after']) <= MINUTE / 1_000 + 1);
  });

  it('leaves one line for a request that it refuses, as for any other', async () => {
    for (let i = 0; i < QUOTA; i += 1) await get('/', ALICE);
    const no = await get('/v1/sessions?token=canary', ALICE);
    const traceId = String(no.headers['x-request-id']);
    const lines = world.logged.filter((line) => line.includes(traceId));
    assert.equal(lines.length, 1);
    const { status, operation, route } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    assert.deepEqual([status, operation, route], [429, null, null]);
    assert.ok(!world.logged.join('').includes('canary'));
  });

  it('is used as its library wants it', () => {
    assert.deepEqual(
      world.logged.filter((line) => line.includes('express-rate-limit')),
      [],
    );
  });
});

describe('the origin of a call', () => {
  afterEach(closeServers);
  const reading = echo('thing.read', 'GET /v1/things', z.strictObject({}));

  it('is the client behind the declared proxy, for limits and audit alike', async () => {
    const keys: string[] = [];
    const hit = (key: string) => {
      keys.push(key);
      return Promise.resolve({ hits: 1, resetMs: 1 });
    };
    const clientAddress = clientAddresses(['127.0.0.1']);
    const { url, calls } = await serve([reading], {}, { clientAddress, door: doorWith({ hit }) });
    await request(url).get('/v1/things').set(behind('1.1.1.1, ::ffff:203.0.113.1'));
    assert.deepEqual([calls[0]?.origin.address, keys], ['203.0.113.1', ['203.0.113.1']]);
  });

  it('is not served once the client has left', async () => {
    let decide: (hits: Hits) => void = () => undefined;
    const verdict = new Promise<Hits>((resolve) => (decide = resolve));
    const door = doorWith({ hit: () => verdict });
    const { port, server, calls } = await serve([reading], {}, { door });
    const asked = once(server, 'request') as Promise<[IncomingMessage]>;
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /v1/things HTTP/1.1\r\nHost: x\r\n\r\n');
    const [incoming] = await asked;
    const closed = once(incoming.socket, 'close');
    socket.destroy();
    await closed;
    decide({ hits: 1, resetMs: 1 });
    await verdict;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(calls.length, 0);
  });

  it('that cannot be counted is a fault, ends in an answer, and is not served', async () => {
    const door = doorWith({ hit: () => Promise.reject(new Error('a bug')) });
    const { url, nextLine, calls } = await serve([reading], {}, { door });
    const line = nextLine();
    const answer = await request(url).get('/v1/things');
    assert.equal(answer.status, 500);
    assert.doesNotMatch(answer.text, /a bug/);
    assert.match(String((await line).fault), /a bug/);
    assert.equal(calls.length, 0);
  });

  it('that is refused is told one number of seconds, though each place reckons it a moment later', async () => {
    const door = doorWith({ hit: () => Promise.resolve({ hits: 1_001, resetMs: 1_001 }) });
    let later = 0;
    const machineTime = () => new Date(Date.now() + (later += 1) - 1);
    for (let i = 0; i < 20; i += 1) {
      later = 0;
      const { url } = await serve([reading], {}, { door, machineTime });
      const no = await request(url).get('/v1/things');
      assert.deepEqual(announced(no), { 'http.request': { left: 0, seconds: 2 } });
      assert.equal(no.headers['retry-after'], '2');
      const { retryAfterMs } = no.body as { retryAfterMs: number };
      assert.ok(retryAfterMs > 1_000 && retryAfterMs <= 2_000);
    }
  });

  it('that is counted in a way that makes no sense is told once to whoever can mend it', async () => {
    const door = doorWith({ hit: () => Promise.resolve({ hits: 0.5, resetMs: 1 }) });
    const { url, misuses } = await serve([reading], {}, { door });
    for (let i = 0; i < 3; i += 1) await request(url).get('/v1/things');
    assert.equal(misuses.length, 1);
    assert.match(String(misuses[0]), /ERR_ERL_INVALID_HITS|positive integer/);
  });
});
