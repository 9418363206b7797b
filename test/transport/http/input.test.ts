/** Path, query and body become one object: each key said once, text read as the schema means it, nothing guessed. */
import assert from 'node:assert/strict';
import request from 'supertest';
import { z } from 'zod';
import { closeServers, echo, raw, serve } from './served.ts';

const values = z.strictObject({
  text: z.string().optional(),
  whole: z.int().min(-5).optional(),
  real: z.number().nullable().optional(),
  flag: z.boolean().optional(),
  either: z.union([z.string(), z.int()]).optional(),
  list: z.array(z.string()).optional(),
  ids: z.array(z.uuid()).max(2).optional(),
});
const reading = echo('value.read', 'GET /v1/values', values);
const writing = echo('value.write', 'POST /v1/values', values);
const dropping = echo('value.drop', 'DELETE /v1/values', values);
const numbered = z.strictObject({ id: z.int(), text: z.string().optional() });
const ID = '01a1fdc7-503b-764e-92e1-a91c74caf74a';
const polluted = (): unknown => (({}) as Record<string, unknown>)['x'];

describe('http input', () => {
  afterEach(closeServers);

  const taken: Record<string, unknown> = {
    'whole=50': { whole: 50 },
    'whole=0': { whole: 0 },
    'whole=-5': { whole: -5 },
    'real=1.5e3': { real: 1500 },
    'real=7': { real: 7 },
    'flag=true': { flag: true },
    'flag=false': { flag: false },
    'text=50': { text: '50' },
    'text=': { text: '' },
    'text=a+b%20c': { text: 'a b c' },
    'text=%252e': { text: '%2e' },
    'text=%C3%A9': { text: 'é' },
    'either=50': { either: '50' },
    [`ids=${ID}`]: { ids: [ID] },
    [`ids=${ID},${ID}`]: { ids: [ID, ID] },
    '': {},
    '&&': {},
  };
  for (const [query, seen] of Object.entries(taken))
    it(`reads ?${query} as ${JSON.stringify(seen)}`, async () => {
      const { url } = await serve([reading]);
      const answer = await request(url).get(`/v1/values?${query}`);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.body, seen);
    });

  const refused = [
    ...[
      '5x',
      '1e400',
      '1e2',
      '5.0',
      '05',
      '+5',
      ' 5',
      '0x10',
      '',
      '-0',
      'NaN',
      '9007199254740993',
    ].map((text) => `whole=${encodeURIComponent(text)}`),
    ...['1e400', 'NaN', 'Infinity', '-', '.5', '1.', 'null', ''].map((text) => `real=${text}`),
    ...['1', '0', 'TRUE', 'yes', ''].map((text) => `flag=${text}`),
    'whole=-6',
    'list=a',
    'list=a,b',
    'ids=',
    'ids=1',
    `ids=${ID},`,
    `ids=${ID},${ID},${ID}`,
    `ids=${ID}&ids=${ID}`,
    `ids[]=${ID}`,
    'text=1&text=2',
    'text=1&text=1',
    'text[]=1',
    'text[a]=1',
    'text=%zz',
    'text=%',
    'text=%ED%A0%80',
    'text=%FF',
    'unknown=1',
    '=1',
    'toString=1',
    '__proto__=1',
    '__proto__[x]=1',
    'constructor=1',
    'constructor.prototype.x=1',
  ];
  for (const query of refused)
    it(`refuses ?${query}`, async () => {
      const { url, refusals } = await serve([reading]);
      const answer = await request(url).get(`/v1/values?${query}`);
      assert.equal(answer.status, 400);
      assert.equal((answer.body as { code: string }).code, 'invalid_input');
      assert.equal(refusals.length, 1);
      assert.equal(polluted(), undefined);
    });

  it('reads a path parameter as the schema means it, decoded once', async () => {
    const { url } = await serve([
      echo('thing.read', 'GET /v1/things/:id', numbered),
      echo('word.read', 'GET /v1/words/:text', z.strictObject({ text: z.string() })),
    ]);
    assert.deepEqual((await request(url).get('/v1/things/50')).body, { id: 50 });
    assert.equal((await request(url).get('/v1/things/5x')).status, 400);
    assert.deepEqual((await request(url).get('/v1/words/a%2Fb')).body, { text: 'a/b' });
    assert.deepEqual((await request(url).get('/v1/words/%252e')).body, { text: '%2e' });
    for (const odd of ['%zz', '%ED%A0%80', '%']) {
      const answer = await request(url).get(`/v1/words/${odd}`);
      assert.equal(answer.status, 400, odd);
      assert.equal((answer.body as { code: string }).code, 'invalid_input');
    }
  });

  it('refuses a key that stands in the path and in the query or the body', async () => {
    const { url, calls } = await serve([
      echo('thing.read', 'GET /v1/things/:id', numbered),
      echo('thing.write', 'PUT /v1/things/:id', numbered),
    ]);
    const clashes = [
      await request(url).get('/v1/things/1?id=1'),
      await request(url).get('/v1/things/1?id=2'),
      await request(url).put('/v1/things/1').send({ id: 1 }),
      await request(url).put('/v1/things/1').send({ id: 2, text: 'x' }),
    ];
    for (const { status, body } of clashes) {
      assert.equal(status, 400);
      assert.deepEqual((body as { detail: unknown }).detail, [
        { path: 'id', problem: 'repeated_key' },
      ]);
    }
    assert.equal(calls.length, 0);
    const answer = await request(url).put('/v1/things/1').send({ text: 'x' });
    assert.deepEqual(answer.body, { id: 1, text: 'x' });
  });

  it('takes body or query, never both', async () => {
    const { url, calls } = await serve([reading, writing, dropping]);
    assert.equal((await request(url).post('/v1/values?text=a')).status, 400);
    assert.equal((await request(url).post('/v1/values?text=a').send({ whole: 1 })).status, 400);
    assert.equal((await request(url).get('/v1/values').send({ text: 'a' })).status, 400);
    assert.equal((await request(url).delete('/v1/values').send({ text: 'a' })).status, 400);
    assert.equal(calls.length, 0);
    assert.deepEqual((await request(url).delete('/v1/values?text=a')).body, { text: 'a' });
  });

  it('sees a chunked body of a GET, and lets an empty one pass', async () => {
    const { port } = await serve([reading]);
    const head = 'GET /v1/values HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
    const chunked = await raw(
      port,
      `${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    );
    assert.match(chunked, /^HTTP\/1\.1 400 /);
    assert.match(await raw(port, `${head}Content-Length: 0\r\n\r\n`), /^HTTP\/1\.1 200 /);
  });

  it('does not convert what JSON already says', async () => {
    const { url } = await serve([writing]);
    assert.equal((await request(url).post('/v1/values').send({ whole: '50' })).status, 400);
    assert.equal(
      (
        await request(url)
          .post('/v1/values')
          .send({ text: ['a'] })
      ).status,
      400,
    );
    assert.equal((await request(url).post('/v1/values').send({ flag: 'true' })).status, 400);
    assert.deepEqual((await request(url).post('/v1/values').send({ whole: 50 })).body, {
      whole: 50,
    });
  });

  const poisons = [
    '{"__proto__":{"x":1}}',
    '{"__proto__":null}',
    '{"constructor":{"prototype":{"x":1}}}',
    '{"\\u005f_proto__":{"x":1}}',
    '{"prototype":{"x":1}}',
    '{"text":{"__proto__":{"x":1}}}',
    '{"hasOwnProperty":1}',
  ];
  for (const poison of poisons)
    it(`refuses ${poison} and no object learns from it`, async () => {
      const { url } = await serve([writing]);
      const post = request(url).post('/v1/values').set('Content-Type', 'application/json');
      assert.equal((await post.send(poison)).status, 400);
      assert.equal(polluted(), undefined);
    });

  it('reads alternatives of an input by what each of them says', async () => {
    const either = z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('number'), value: z.int() }),
      z.strictObject({ kind: z.literal('flag'), of: z.boolean() }),
    ]);
    const { url } = await serve([echo('value.pick', 'GET /v1/picks', either)]);
    const number = await request(url).get('/v1/picks?kind=number&value=3');
    assert.deepEqual(number.body, { kind: 'number', value: 3 });
    assert.equal((await request(url).get('/v1/picks?kind=flag&of=true&value=3')).status, 400);
  });

  it('follows a schema that is declared under a name of its own', async () => {
    const page = z.int().positive().meta({ id: 'HttpInputTestPage' });
    const input = z.strictObject({ page: page.optional(), from: page.nullable().optional() });
    const { url } = await serve([echo('value.page', 'GET /v1/pages', input)]);
    const answer = await request(url).get('/v1/pages?page=2&from=1');
    assert.deepEqual(answer.body, { page: 2, from: 1 });
    assert.equal((await request(url).get('/v1/pages?page=2x')).status, 400);
  });
});
