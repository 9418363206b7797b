/** One router from the registry: what is declared is served, by its own method, and nothing else is. */
import assert from 'node:assert/strict';
import request from 'supertest';
import { z } from 'zod';
import { closeServers, echo, ID, raw, serve } from './served.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'options'] as const;
const thing = z.strictObject({ id: z.string() });
const empty = z.strictObject({});

describe('http routing', () => {
  afterEach(closeServers);

  for (const own of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
    it(`answers ${own} where it is declared and 405 with Allow to every other method`, async () => {
      const { url } = await serve([echo('thing.try', `${own} /v1/things/:id`, thing)]);
      for (const method of METHODS) {
        const answer = await request(url)[method](`/v1/things/${ID}`);
        if (method === own.toLowerCase()) {
          assert.deepEqual(answer.body, { id: ID });
          continue;
        }
        assert.equal(answer.status, 405, method);
        assert.equal(answer.headers['allow'], own);
        assert.equal((answer.body as { code: string }).code, 'method_not_allowed');
      }
    });

  it('names all methods of a path in Allow, those of patterns that match it too', async () => {
    const { url } = await serve([
      echo('thing.read', 'GET /v1/things/:id', thing),
      echo('thing.search', 'GET /v1/things/search', empty),
      echo('thing.drop', 'DELETE /v1/things/:id', thing),
    ]);
    const answer = await request(url).put('/v1/things/search');
    assert.equal(answer.headers['allow'], 'DELETE, GET');
  });

  it('does not call a reading operation for HEAD', async () => {
    const { url, calls } = await serve([echo('thing.read', 'GET /v1/things/:id', thing)]);
    const answer = await request(url).head(`/v1/things/${ID}`);
    assert.equal(answer.status, 405);
    assert.equal(calls.length, 0);
  });

  it('never answers TRACE or CONNECT, and unknown methods not at all', async () => {
    const { port, calls } = await serve([echo('thing.read', 'GET /v1/things', empty)]);
    const end = 'Host: x\r\nConnection: close\r\nX-Canary: canary\r\n\r\n';
    const trace = await raw(port, `TRACE /v1/things HTTP/1.1\r\n${end}`);
    assert.match(trace, /^HTTP\/1\.1 405 /);
    assert.doesNotMatch(trace, /canary/);
    assert.equal(await raw(port, `CONNECT example.org:443 HTTP/1.1\r\n${end}`), '');
    assert.match(await raw(port, `BREW /v1/things HTTP/1.1\r\n${end}`), /^HTTP\/1\.1 400 /);
    assert.equal(calls.length, 0);
  });

  it('prefers the exact path to the parameter, whichever was declared first', async () => {
    const byId = echo('thing.read', 'GET /v1/things/:id', thing);
    const search = echo('thing.search', 'GET /v1/things/search', empty, 202);
    for (const operations of [
      [byId, search],
      [search, byId],
    ]) {
      const { url } = await serve(operations);
      assert.equal((await request(url).get('/v1/things/search')).status, 202);
      assert.equal((await request(url).get('/v1/things/other')).status, 200);
    }
  });

  it('says unknown_operation below /v1 and not_found elsewhere', async () => {
    const { url } = await serve([echo('thing.read', 'GET /v1/things', empty)]);
    const paths = {
      '/v1': 'unknown_operation',
      '/v1?x=1': 'unknown_operation',
      '/v1/other': 'unknown_operation',
      '/v1/things/': 'unknown_operation',
      '/v1/THINGS': 'unknown_operation',
      '/v1//things': 'unknown_operation',
      '/V1/things': 'not_found',
      '//v1/things': 'not_found',
      '/v10': 'not_found',
      '/admin': 'not_found',
      '/healthz/': 'not_found',
      '/%76%31/things': 'not_found',
    };
    for (const [path, code] of Object.entries(paths)) {
      const answer = await request(url).get(path);
      assert.equal(answer.status, 404, path);
      assert.equal((answer.body as { code: string }).code, code, path);
    }
  });

  it('does not reach an operation that HTTP was not declared for', async () => {
    const { url, calls } = await serve([
      echo('thing.hear', null, empty),
      echo('thing.read', 'GET /v1/things', empty),
    ]);
    for (const path of ['/v1/thing.hear', '/v1/thing/hear', '/v1/hear', '/thing.hear'])
      for (const method of METHODS) assert.equal((await request(url)[method](path)).status, 404);
    assert.equal(calls.length, 0);
  });

  it('takes a target in origin form only', async () => {
    const { port, calls } = await serve([echo('thing.read', 'GET /v1/things', empty)]);
    for (const target of ['http://x/v1/things', 'http://[::1/canary', '*', 'v1/things']) {
      const method = target === '*' ? 'OPTIONS' : 'GET';
      const answer = await raw(
        port,
        `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 400 /, target);
      assert.doesNotMatch(answer, /canary/);
    }
    assert.equal(calls.length, 0);
  });

  it('takes the status of a yes from the declaration', async () => {
    const { url } = await serve([echo('thing.make', 'POST /v1/things', empty, 201)]);
    assert.equal((await request(url).post('/v1/things')).status, 201);
  });

  const refusedAtBuild = {
    'two operations that claim one route': [
      echo('thing.read', 'GET /v1/things/:id', thing),
      echo('thing.show', 'GET /v1/things/:name', z.strictObject({ name: z.string() })),
    ],
    'a path outside /v1': [echo('thing.read', 'GET /things', empty)],
    'a path with a pattern in it': [echo('thing.read', 'GET /v1/{*rest}', empty)],
    'a parameter that the input lacks': [echo('thing.read', 'GET /v1/things/:id', empty)],
    'a parameter named twice': [echo('thing.read', 'GET /v1/things/:id/parts/:id', thing)],
    'an input that ignores unknown keys': [echo('thing.read', 'GET /v1/things', z.object({}))],
    'an input with any keys': [echo('thing.read', 'GET /v1/things', z.record(z.string(), z.int()))],
    'an alternative that is not closed': [
      echo('thing.read', 'GET /v1/things', z.union([empty, z.looseObject({})])),
    ],
  };
  for (const [what, operations] of Object.entries(refusedAtBuild))
    it(`does not start with ${what}`, async () => {
      await assert.rejects(serve(operations), /thing\.(read|show)/);
    });

  it('starts with the same path under two methods', async () => {
    const { url } = await serve([
      echo('thing.read', 'GET /v1/things/:id', thing),
      echo('thing.drop', 'DELETE /v1/things/:id', thing, 202),
    ]);
    assert.equal((await request(url).get('/v1/things/a')).status, 200);
    assert.equal((await request(url).delete('/v1/things/a')).status, 202);
  });
});
