/** Health, readiness and keys answer without an operation, say little, and change nothing. */
import assert from 'node:assert/strict';
import request from 'supertest';
import { closeServers, serve } from './served.ts';

const CANARY = 'connect ECONNREFUSED 10.0.0.5:5432';
const never = (): never => {
  throw new Error('a store was asked');
};
const down = { live: () => true, ready: () => Promise.reject(new Error(CANARY)) };

describe('http pages', () => {
  afterEach(closeServers);

  it('says that it lives without asking anything else', async () => {
    const { url } = await serve([], {}, { health: { live: () => true, ready: never } });
    const answer = await request(url).get('/healthz');
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { status: 'ok' });
    assert.equal(answer.headers['cache-control'], 'no-store');
  });

  it('says when it does not live', async () => {
    const { url } = await serve([], {}, { health: { ...down, live: () => false } });
    assert.equal((await request(url).get('/healthz')).status, 503);
  });

  it('is ready when its stores are up', async () => {
    const checks = { postgres: 'up', redis: 'up' };
    const ready = () => Promise.resolve({ ready: true, checks });
    const { url } = await serve([], {}, { health: { live: () => true, ready } });
    const answer = await request(url).get('/readyz');
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { status: 'ready', checks });
  });

  it('is not ready when one is away, and does not say why', async () => {
    const checks = { postgres: CANARY, redis: 'up', hub: 'away' };
    const ready = () => Promise.resolve({ ready: false, checks });
    const { url } = await serve([], {}, { health: { live: () => true, ready } });
    const answer = await request(url).get('/readyz');
    assert.equal(answer.status, 503);
    const seen = { postgres: 'away', redis: 'up', hub: 'away' };
    assert.deepEqual(answer.body, { status: 'unavailable', checks: seen });
    assert.equal((await request(url).get('/healthz')).status, 200);
  });

  it('is not ready when the check itself fails, and logs why', async () => {
    for (const ready of [down.ready, never]) {
      const { url, nextLine } = await serve([], {}, { health: { ...down, ready } });
      const line = nextLine();
      const answer = await request(url).get('/readyz');
      assert.equal(answer.status, 503);
      assert.deepEqual(answer.body, { status: 'unavailable', checks: {} });
      assert.ok((await line).fault instanceof Error);
    }
  });

  it('gives out the public keys, to be kept for five minutes', async () => {
    const keys = { keys: [{ kty: 'OKP', kid: 'a' }] };
    const { url } = await serve([], {}, { jwks: () => keys });
    const answer = await request(url).get('/.well-known/jwks.json');
    assert.deepEqual(answer.body, keys);
    assert.equal(answer.headers['cache-control'], 'public, max-age=300');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  });

  it('names itself and its API at the root', async () => {
    const { url } = await serve([]);
    assert.deepEqual((await request(url).get('/')).body, { name: 'conclave', api: '/v1' });
  });

  for (const path of ['/', '/healthz', '/readyz', '/.well-known/jwks.json'])
    it(`answers HEAD and GET at ${path}, nothing else`, async () => {
      const { url } = await serve([]);
      const head = await request(url).head(path);
      assert.equal(head.status, 200);
      assert.equal(head.text, undefined);
      for (const method of ['post', 'put', 'patch', 'delete', 'options'] as const) {
        const answer = await request(url)[method](path);
        assert.equal(answer.status, 405, method);
        assert.equal(answer.headers['allow'], 'GET, HEAD');
      }
    });

  it('leaves the path of Socket.IO to Socket.IO', async () => {
    const { url } = await serve([]);
    assert.equal((await request(url).get('/socket.io/?EIO=4')).status, 404);
  });
});
