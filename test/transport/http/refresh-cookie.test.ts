/** The cookie is for operations that declare it: no other one reads or sets it, and none can be called by GET. */
import assert from 'node:assert/strict';
import request from 'supertest';
import { z } from 'zod';
import { REFRESH_COOKIE } from '../../../src/contract/index.ts';
import type { AnyOwnOperation } from '../../../src/kernel/index.ts';
import { closeServers, echo, serve } from './served.ts';

const ORIGIN = 'https://chat.example';
const COOKIE = `${REFRESH_COOKIE}=kept`;
const delivered = z.strictObject({
  delivery: z.enum(['body', 'cookie']).optional(),
  refreshToken: z.string().optional(),
  refreshExpiresIn: z.int().optional(),
});

describe('http refresh cookie', () => {
  afterEach(closeServers);

  const keeping = (
    cookie: AnyOwnOperation['cookie'],
    route: 'GET' | 'POST' | 'DELETE' = 'POST',
  ) => ({
    ...(echo('thing.keep', `${route} /v1/things`, delivered) as AnyOwnOperation),
    ...(cookie && { cookie }),
  });
  const asked = (url: string, body: object) =>
    request(url).post('/v1/things').set('Cookie', COOKIE).set('Origin', ORIGIN).send(body);

  it('stops the start where an operation would take it by GET', async () => {
    await assert.rejects(serve([keeping({ reads: true }, 'GET')]), /thing\.keep: .*no cookie/);
    await serve([keeping({ reads: true }, 'DELETE')]);
  });

  it('is neither read nor set for an operation that has no part in it, whatever its caller says', async () => {
    const { url, calls } = await serve([keeping(undefined)]);
    const answer = await asked(url, { delivery: 'cookie', refreshToken: 'told' });
    assert.deepEqual(
      { ...(calls[0]?.input as object) },
      { delivery: 'cookie', refreshToken: 'told' },
    );
    assert.deepEqual(answer.body, { delivery: 'cookie', refreshToken: 'told' });
    assert.equal(answer.headers['set-cookie'], undefined);
  });

  it('is read where it is declared and asked for, and stays in the dark otherwise', async () => {
    const { url, calls } = await serve([keeping({ reads: true })]);
    await asked(url, { delivery: 'cookie' }).expect(200);
    await asked(url, { delivery: 'body' }).expect(200);
    await asked(url, {}).expect(200);
    const seen = calls.map(({ input }) => (input as { refreshToken?: string }).refreshToken);
    assert.deepEqual(seen, ['kept', undefined, undefined]);
  });

  it('takes over what is written, for as long as the reply says, and lets go of the body', async () => {
    const { url } = await serve([keeping({ writes: true })]);
    const reply = { delivery: 'cookie', refreshToken: 'fresh', refreshExpiresIn: 60 };
    const answer = await asked(url, reply);
    assert.deepEqual(answer.body, { delivery: 'cookie', refreshExpiresIn: 60 });
    const [line = '', ...more] = answer.headers['set-cookie'] as unknown as string[];
    assert.deepEqual(more, []);
    assert.match(line, new RegExp(`^${REFRESH_COOKIE}=fresh; Max-Age=60; Path=/; Expires=`));
    const plain = await asked(url, { ...reply, delivery: 'body' });
    assert.deepEqual(plain.body, { ...reply, delivery: 'body' });
    assert.equal(plain.headers['set-cookie'], undefined);
  });

  it('refuses a call before the road, so that it is on the log as refused and nothing is done', async () => {
    const { url, calls, refusals, observations } = await serve([keeping({ writes: true })]);
    await request(url).post('/v1/things').send({ delivery: 'cookie' }).expect(403);
    assert.equal(calls.length, 0);
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ['origin_not_allowed'],
    );
    assert.deepEqual(
      observations.map(({ result }) => result),
      ['origin_not_allowed'],
    );
  });
});
