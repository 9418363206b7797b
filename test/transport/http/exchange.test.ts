/** Each request has one name, one origin, one set of headers and one log line without anything secret in it. */
import assert from 'node:assert/strict';
import request from 'supertest';
import { z } from 'zod';
import { FRAME_BYTES } from '../../../src/contract/index.ts';
import { closeServers, echo, ID, raw, serve, TOKEN } from './served.ts';

const thing = z.strictObject({ id: z.string(), text: z.string().optional() });
const reading = echo('thing.read', 'GET /v1/things/:id', thing);
const writing = echo(
  'thing.write',
  'POST /v1/things',
  z.strictObject({ text: z.string().optional() }),
);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const HEADERS = {
  'content-security-policy':
    "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'x-xss-protection': '0',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'x-powered-by': undefined,
  'x-ratelimit-limit': undefined,
  etag: undefined,
  'access-control-allow-origin': undefined,
  'set-cookie': undefined,
};

/** One answer of each kind, by its status. */
async function kinds(secure: boolean) {
  const broken = echo('thing.fail', 'GET /v1/failing', z.strictObject({}));
  const { url } = await serve(
    [reading, writing, broken],
    {
      limit: ({ name }) =>
        name === 'thing.fail' ? Promise.reject(new Error('x')) : Promise.resolve(undefined),
    },
    { secure },
  );
  const large = JSON.stringify({ text: 'x'.repeat(FRAME_BYTES) });
  const typed = request(url).post('/v1/things').set('Content-Type', 'application/json');
  return {
    200: await request(url).get(`/v1/things/${ID}`),
    400: await request(url).get(`/v1/things/${ID}?x=1`),
    401: await request(url).get(`/v1/things/${ID}`).set('Authorization', 'Basic eA=='),
    404: await request(url).get('/nowhere'),
    405: await request(url).put('/v1/things'),
    413: await typed.send(large),
    415: await request(url).post('/v1/things').type('text').send('x'),
    500: await request(url).get('/v1/failing'),
  };
}

describe('http exchange', () => {
  afterEach(closeServers);

  for (const secure of [false, true])
    it(`carries the same headers on every answer, HSTS ${secure ? 'too' : 'not'}`, async () => {
      for (const [status, answer] of Object.entries(await kinds(secure))) {
        assert.equal(String(answer.status), status);
        const transport = secure ? 'max-age=31536000; includeSubDomains' : undefined;
        const expected = { ...HEADERS, 'strict-transport-security': transport };
        for (const [name, value] of Object.entries(expected))
          assert.equal(answer.headers[name], value, `${name} on ${status}`);
      }
    });

  it('names every request anew and echoes the name on every answer', async () => {
    const seen = new Set<string>();
    for (const answer of Object.values(await kinds(false))) {
      const id = answer.headers['x-request-id'];
      assert.match(id ?? '', UUID);
      seen.add(id ?? '');
      if (answer.status >= 400) assert.equal((answer.body as { traceId: string }).traceId, id);
    }
    assert.equal(seen.size, 8);
  });

  it("takes a client's name for the request if it is a UUID", async () => {
    const { url, calls } = await serve([reading]);
    const answer = await request(url).get('/v1/things/a').set('X-Request-Id', ID);
    assert.equal(answer.headers['x-request-id'], ID);
    assert.equal(calls[0]?.traceId, ID);
  });

  for (const claim of [
    '1',
    `${ID}x`,
    `x${ID}`,
    `${ID}, ${ID}`,
    ID.replaceAll('-', ''),
    '<b>',
    '%0a',
  ])
    it(`does not take "${claim}" for a name`, async () => {
      const { url, calls } = await serve([reading]);
      const answer = await request(url).get('/v1/things/a').set('X-Request-Id', claim);
      assert.match(answer.headers['x-request-id'] ?? '', UUID);
      assert.notEqual(answer.headers['x-request-id'], claim);
      assert.equal(calls[0]?.traceId, answer.headers['x-request-id']);
    });

  it('writes one line per request with neither query nor token nor body in it', async () => {
    const { url, nextLine, lines } = await serve([reading, writing]);
    const secret = `Bearer ${TOKEN}`;
    const ask = async (sending: request.Test) => {
      const line = nextLine();
      await sending.set('Authorization', secret).set('X-Request-Id', ID);
      return line;
    };
    const base = { traceId: ID, milliseconds: 0 };
    assert.deepEqual(await ask(request(url).get('/v1/things/canary-path?text=canary-query')), {
      ...base,
      operation: 'thing.read',
      method: 'GET',
      route: '/v1/things/:id',
      status: 200,
    });
    assert.deepEqual(await ask(request(url).post('/v1/things').send({ text: 'canary-body' })), {
      ...base,
      operation: 'thing.write',
      method: 'POST',
      route: '/v1/things',
      status: 200,
    });
    const none = { ...base, operation: null };
    const elsewhere = await ask(request(url).get('/v1/canary?token=canary'));
    assert.deepEqual(elsewhere, { ...none, method: 'GET', route: null, status: 404 });
    const other = await ask(request(url).delete('/v1/things/canary'));
    assert.deepEqual(other, { ...none, method: 'DELETE', route: '/v1/things/:id', status: 405 });
    const odd = await ask(request(url).get('/v1/things/%zz-canary'));
    assert.deepEqual(odd, { ...none, method: 'GET', route: null, status: 400 });
    assert.equal(lines.length, 5);
    assert.doesNotMatch(JSON.stringify(lines), /canary/);
  });

  it('measures with the clock that only rises', async () => {
    let time = 100;
    const { url, nextLine } = await serve([reading], { monotonic: () => (time += 5) });
    const line = nextLine();
    await request(url).get('/v1/things/a');
    assert.ok((await line).milliseconds > 0);
  });

  it('takes the address from where it is told and believes no header', async () => {
    const { url, calls } = await serve([reading]);
    await request(url)
      .get('/v1/things/a')
      .set('X-Forwarded-For', '203.0.113.9')
      .set('Forwarded', 'for=203.0.113.9')
      .set('X-Real-IP', '203.0.113.9')
      .set('X-Forwarded-Host', 'evil.example')
      .set('User-Agent', 'curl/8');
    const address = '192.0.2.7';
    const host = '127.0.0.1';
    const origin = { transport: 'http', address, host, userAgent: 'curl/8', connectionId: null };
    assert.deepEqual(calls[0]?.origin, origin);
  });

  it('cuts the user agent and strips what could control a terminal', async () => {
    const { port, calls } = await serve([reading]);
    const head = 'GET /v1/things/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
    await raw(
      port,
      Buffer.from(`${head}User-Agent: a\tb\x9b31m${'x'.repeat(400)}\r\n\r\n`, 'latin1'),
    );
    await raw(port, `${head}User-Agent: \r\n\r\n`);
    await raw(port, `${head}\r\n`);
    const agents = calls.map(({ origin }) => origin.userAgent);
    assert.deepEqual(agents, [`ab31m${'x'.repeat(295)}`, null, null]);
  });
});
