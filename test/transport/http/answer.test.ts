/** Every answer has a known shape: problem details with a code of the table, limits in headers, nothing from inside. */
import assert from 'node:assert/strict';
import request from 'supertest';
import { z } from 'zod';
import { REFUSALS, type RefusalCode } from '../../../src/contract/index.ts';
import { operationsFor, Refusal, reply, type Stages } from '../../../src/kernel/index.ts';
import { ANYONE, AT_THE_DOOR, closeServers, echo, ID, serve } from './served.ts';

const reading = echo('thing.read', 'GET /v1/things', z.strictObject({}));
const CANARY = 'canary-7f3a';
const fails = (): never => {
  throw new Error(CANARY);
};

describe('http answers', () => {
  afterEach(closeServers);

  for (const code of Object.keys(REFUSALS) as RefusalCode[])
    it(`says ${code} as problem details`, async () => {
      const { http, retry, title } = REFUSALS[code];
      const detail = [{ path: 'name', problem: 'too_small' }];
      const refusal = new Refusal(code, { detail, cause: new Error(CANARY) });
      const { url } = await serve([reading], { limit: () => Promise.reject(refusal) });
      const answer = await request(url).get('/v1/things').set('X-Request-Id', ID);
      assert.equal(answer.status, http);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      const type = `urn:conclave:refusal:${code}`;
      const body = { type, title, status: http, code, retry, traceId: ID, detail };
      assert.deepEqual(answer.body, body);
      const mayRetry = http === 429 || http === 503;
      assert.equal(answer.headers['retry-after'], mayRetry ? '1' : undefined);
    });

  for (const [milliseconds, seconds] of [
    [0, '1'],
    [1, '1'],
    [1000, '1'],
    [1001, '2'],
    [59_500, '60'],
  ] as const)
    it(`says when to come back: ${milliseconds} ms are ${seconds} s`, async () => {
      const refusal = new Refusal('rate_limited', { retryAfterMs: milliseconds });
      const { url } = await serve([reading], { limit: () => Promise.reject(refusal) });
      const answer = await request(url).get('/v1/things');
      assert.equal(answer.headers['retry-after'], seconds);
      assert.equal((answer.body as { retryAfterMs: number }).retryAfterMs, milliseconds);
    });

  it('says when to come back with any code that knows', async () => {
    const refusal = new Refusal('registration_closed', { retryAfterMs: 2_500 });
    const { url } = await serve([reading], { limit: () => Promise.reject(refusal) });
    assert.equal((await request(url).get('/v1/things')).headers['retry-after'], '3');
  });

  it('tells what is left of the limit, with a yes and with a no', async () => {
    const limited = { bucket: 'read', remaining: 41, resetMs: 12_001 };
    const yes = await serve([reading], { limited });
    const told = (await request(yes.url).get('/v1/things')).headers['ratelimit'];
    assert.equal(told, `${AT_THE_DOOR}, "read"; r=41; t=13`);
    const transact = () => Promise.reject(new Refusal('forbidden'));
    const no = await serve([reading], { limited, transact });
    assert.equal((await request(no.url).get('/v1/things')).headers['ratelimit'], told);
    const none = await serve([reading]);
    assert.equal((await request(none.url).get('/v1/things')).headers['ratelimit'], AT_THE_DOOR);
  });

  it('tells of a full row beside the door that let the request in, and to wait for the row alone', async () => {
    const limit = { bucket: 'read', remaining: 0, resetMs: 6_500 };
    const full = new Refusal('rate_limited', { retryAfterMs: 6_500, limit });
    const { url } = await serve([reading], { limit: () => Promise.reject(full) });
    const { status, headers } = await request(url).get('/v1/things');
    assert.deepEqual(
      [status, headers['ratelimit'], headers['retry-after']],
      [429, `${AT_THE_DOOR}, "read"; r=0; t=7`, '7'],
    );
    assert.match(
      String(headers['ratelimit-policy']),
      /^"http\.request"; q=1000; w=3600; pk=:[^,]+:$/,
    );
  });

  it('lets no bucket name break out of its header', async () => {
    const limited = { bucket: 'a"\\\r\nX: y é', remaining: -1, resetMs: -5 };
    const { url } = await serve([reading], { limited });
    const told = (await request(url).get('/v1/things')).headers['ratelimit'];
    assert.equal(told, `${AT_THE_DOOR}, "aX: y "; r=0; t=0`);
  });

  it('answers with the data alone', async () => {
    const { url } = await serve([reading], {
      limited: { bucket: 'read', remaining: 1, resetMs: 1 },
    });
    const answer = await request(url).get('/v1/things');
    assert.equal(answer.text, '{}');
    assert.equal(answer.headers['content-type'], 'application/json');
  });

  it('answers null where an operation has nothing to say', async () => {
    const silent = operationsFor<unknown, unknown>()({
      name: 'thing.drop',
      summary: 'Says nothing.',
      on: { http: 'DELETE /v1/things' },
      commit: 'own',
      input: z.strictObject({}),
      output: z.undefined(),
      access: ANYONE,
      limit: 'read',
      audit: { skip: 'a test' },
      refuses: [],
      handle: () => Promise.resolve(reply(undefined)),
    });
    const { url } = await serve([silent]);
    assert.equal((await request(url).delete('/v1/things')).text, 'null');
  });

  it('brings any text back as it was', async () => {
    const saying = echo('thing.say', 'POST /v1/words', z.strictObject({ text: z.string() }));
    const { url } = await serve([saying]);
    for (const text of ['</script>', '\u2028\u0000"\\', 'é😀', '\r\nX: y', '%252e'])
      assert.deepEqual((await request(url).post('/v1/words').send({ text })).body, { text });
  });

  const broken: Partial<Stages>[] = [
    { admit: fails },
    { authenticate: fails },
    { limit: fails },
    { transact: fails },
    { domainOf: fails },
    { observe: fails },
    { limit: fails, refused: fails },
  ];
  for (const stages of broken)
    it(`says nothing of what was thrown by ${Object.keys(stages).join(' and ')}`, async () => {
      const { url } = await serve([reading], stages);
      const answer = await request(url).get('/v1/things');
      assert.equal(answer.status, 500);
      assert.equal((answer.body as { code: string }).code, 'internal');
      assert.doesNotMatch(answer.text + JSON.stringify(answer.headers), /canary|Error|\.ts/);
    });

  it('says nothing of what was thrown outside the road, and writes it down', async () => {
    const { url, nextLine } = await serve([reading], {}, { clientAddress: fails, jwks: fails });
    for (const path of ['/v1/things', '/.well-known/jwks.json']) {
      const line = nextLine();
      const answer = await request(url).get(path);
      assert.equal(answer.status, 500);
      assert.doesNotMatch(answer.text, /canary/);
      const { fault, status } = await line;
      assert.equal(status, 500);
      assert.ok(fault instanceof Error && fault.message === CANARY);
    }
  });

  it('answers internal for data that is no JSON', async () => {
    const odd = operationsFor<unknown, unknown>()({
      name: 'thing.count',
      summary: 'Says what JSON cannot.',
      on: { http: 'GET /v1/counts' },
      commit: 'read',
      input: z.strictObject({}),
      output: z.bigint(),
      access: ANYONE,
      limit: 'read',
      audit: { skip: 'a test' },
      refuses: [],
      handle: () => Promise.resolve(reply(1n)),
    });
    const { url } = await serve([odd]);
    const answer = await request(url).get('/v1/counts');
    assert.equal(answer.status, 500);
    assert.doesNotMatch(answer.text, /BigInt/i);
  });

  it('tells the stages of a no that the road never saw', async () => {
    const { url, refusals, observations } = await serve([reading]);
    await request(url).get('/v1/things?x=1&x=2').set('X-Request-Id', ID);
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ['invalid_input'],
    );
    assert.equal(observations.length, 1);
    assert.deepEqual(observations[0], {
      operation: 'thing.read',
      transport: 'http',
      traceId: ID,
      caller: null,
      result: 'invalid_input',
      milliseconds: 0,
    });
  });
});
