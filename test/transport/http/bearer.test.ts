/** A token counts in one place, a single Authorization header of scheme Bearer; elsewhere it is refused. */
import assert from 'node:assert/strict';
import request from 'supertest';
import { z } from 'zod';
import { Refusal } from '../../../src/kernel/index.ts';
import type { RefusalCode } from '../../../src/contract/index.ts';
import { closeServers, echo, raw, serve, TOKEN } from './served.ts';

const empty = z.strictObject({});
const reading = echo('thing.read', 'GET /v1/things', empty);
const making = echo('thing.make', 'POST /v1/things', empty);
const codeOf = ({ body }: { body: unknown }): unknown => (body as { code?: unknown }).code;
const refusing = (code: RefusalCode) => ({
  authenticate: () => Promise.reject(new Refusal(code)),
});

describe('http bearer token', () => {
  afterEach(closeServers);

  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  '])
    it(`hands the token on under the scheme "${scheme}"`, async () => {
      const { url, calls } = await serve([reading]);
      await request(url).get('/v1/things').set('Authorization', `${scheme} ${TOKEN}`).expect(200);
      assert.deepEqual(calls[0]?.credential, { kind: 'token', token: TOKEN });
    });

  it('hands on that there is none', async () => {
    const { url, calls } = await serve([reading]);
    await request(url).get('/v1/things').set('Cookie', `access_token=${TOKEN}`).expect(200);
    assert.deepEqual(calls[0]?.credential, { kind: 'none' });
  });

  const noTokens = [
    'Bearer',
    'Bearer a b',
    'Bearer a,b',
    'Bearer "a"',
    'Bearer token=a',
    'Bearera',
    `Bearer ${'a'.repeat(5_000)}`,
    `Basic ${Buffer.from('a:b').toString('base64')}`,
    'Digest username="a"',
    TOKEN,
    `Token ${TOKEN}`,
  ];
  for (const header of noTokens)
    it(`refuses "${header.slice(0, 30)}" before the road`, async () => {
      const { url, calls, refusals } = await serve([reading]);
      const answer = await request(url).get('/v1/things').set('Authorization', header);
      assert.equal(answer.status, 401);
      assert.equal(codeOf(answer), 'unauthenticated');
      assert.equal(calls.length, 0);
      assert.equal(refusals.length, 1);
    });

  it('refuses two Authorization headers, even when they say the same', async () => {
    const { port, calls } = await serve([reading]);
    const head = 'GET /v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
    const header = `Authorization: Bearer ${TOKEN}\r\n`;
    for (const second of [header, header.toLowerCase(), 'AUTHORIZATION: Basic eA==\r\n']) {
      const answer = await raw(port, `${head}${header}${second}\r\n`);
      assert.match(answer, /^HTTP\/1\.1 400 [^]*invalid_input/);
    }
    const many = 'A: b\r\n'.repeat(120);
    assert.match(await raw(port, `${head}${header}${many}${header}\r\n`), /^HTTP\/1\.1 400 /);
    assert.equal(calls.length, 0);
  });

  const part = (of: object) => Buffer.from(JSON.stringify(of)).toString('base64url');
  const stray = `${part({ alg: 'ES256', typ: 'at+jwt' })}.${part({ sub: 'canary' })}.c2ln`;
  for (const cookie of [
    `token=${stray}`,
    `theme=dark; a.b=${stray}`,
    `x="${stray}"`,
    `x=${stray};y=1`,
  ])
    it(`refuses a token in the header and another in the cookie ${cookie.slice(0, 12)}`, async () => {
      const { url, calls } = await serve([reading]);
      const asking = request(url).get('/v1/things').set('Cookie', cookie);
      const answer = await asking.set('Authorization', `Bearer ${TOKEN}`);
      assert.deepEqual([answer.status, codeOf(answer)], [400, 'invalid_input']);
      assert.ok(!answer.text.includes(stray.slice(0, 20)));
      assert.equal(calls.length, 0);
    });

  it('lets by what other servers on the same host keep in cookies', async () => {
    const { url, calls } = await serve([reading]);
    const theirs = `${part({ alg: 'HS256', typ: 'JWT' })}.e30.c2ln`;
    const cookie = `theme=dark; token=x; session=${theirs}; jwt=eyJub3Q.eyJKU09O.x; y=eyJ.a.b`;
    const asking = request(url).get('/v1/things').set('Authorization', `Bearer ${TOKEN}`);
    await asking.set('Cookie', cookie).expect(200);
    assert.equal(calls.length, 1);
  });

  it('refuses a token in the body, beside one in the header or alone', async () => {
    const { url, calls } = await serve([making]);
    for (const key of ['access_token', 'token', 'authorization']) {
      await request(url)
        .post('/v1/things')
        .send({ [key]: TOKEN })
        .expect(400);
      const both = request(url).post('/v1/things').set('Authorization', `Bearer ${TOKEN}`);
      const answer = await both.send({ [key]: TOKEN });
      assert.equal(codeOf(answer), 'invalid_input');
    }
    assert.equal(calls.length, 0);
  });

  for (const key of ['access_token', 'token', 'auth', 'ACCESS_TOKEN'])
    it(`refuses ?${key}= for every method, also where the input is empty`, async () => {
      const { url, calls } = await serve([reading, making]);
      for (const answer of [
        await request(url).get(`/v1/things?${key}=${TOKEN}`),
        await request(url)
          .get(`/v1/things?${key}=${TOKEN}`)
          .set('Authorization', `Bearer ${TOKEN}`),
        await request(url).post(`/v1/things?${key}=${TOKEN}`),
        await request(url).post(`/v1/things?${key}=${TOKEN}`).send({}),
      ]) {
        assert.equal(answer.status, 400);
        assert.equal(codeOf(answer), 'invalid_input');
        assert.doesNotMatch(answer.text, /canary/);
      }
      assert.equal(calls.length, 0);
    });

  it('refuses a token in the query even where a schema would take one', async () => {
    const taking = echo('thing.read', 'GET /v1/things', z.strictObject({ token: z.string() }));
    const { url, calls } = await serve([taking]);
    await request(url).get(`/v1/things?token=${TOKEN}`).expect(400);
    assert.equal(calls.length, 0);
  });

  it('challenges on every 401', async () => {
    const cases: [RefusalCode, boolean, string][] = [
      ['unauthenticated', false, 'Bearer'],
      ['unauthenticated', true, 'Bearer error="invalid_token"'],
      ['token_expired', true, 'Bearer error="invalid_token"'],
      ['invalid_credentials', false, 'Bearer'],
      ['invalid_credentials', true, 'Bearer'],
      ['invalid_refresh_token', true, 'Bearer'],
    ];
    for (const [code, presented, challenge] of cases) {
      const { url } = await serve([reading], refusing(code));
      const asking = request(url).get('/v1/things');
      const answer = await (presented ? asking.set('Authorization', `Bearer ${TOKEN}`) : asking);
      assert.equal(answer.status, 401);
      assert.equal(answer.headers['www-authenticate'], challenge, code);
    }
  });

  it('does not challenge where signing in would not help', async () => {
    const { url } = await serve([reading], refusing('forbidden'));
    const answer = await request(url).get('/v1/things').set('Authorization', `Bearer ${TOKEN}`);
    assert.equal(answer.status, 403);
    assert.equal(answer.headers['www-authenticate'], undefined);
  });
});
