/** What came without TLS is told from what did not, and only a declared proxy is believed. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { plaintext } from '../../src/transport/plaintext.ts';
import { closeServers, echo, serve } from './http/served.ts';
import { z } from 'zod';

const PROXIES = ['10.0.0.0/8', '127.0.0.1'];

function arrived(from: string, proto?: string | string[], encrypted = false): boolean {
  const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto };
  const socket = { remoteAddress: from, ...(encrypted && { encrypted }) };
  return plaintext(PROXIES)({ socket, headers } as unknown as IncomingMessage);
}

describe('a request without TLS', () => {
  afterEach(closeServers);

  it('is one from anybody but a declared proxy, whatever it says of itself', () => {
    for (const from of ['203.0.113.7', '::1', '11.0.0.1', ''])
      for (const proto of [undefined, 'http', 'https']) assert.equal(arrived(from, proto), true);
  });

  it('is one that a declared proxy took without TLS, or says nothing clear of', () => {
    for (const from of ['10.1.2.3', '::ffff:10.1.2.3', '127.0.0.1']) {
      assert.equal(arrived(from, 'https'), false);
      for (const proto of [undefined, '', 'http', 'HTTPS', 'https,http', 'http, https', 'wss'])
        assert.equal(arrived(from, proto), true, String(proto));
      assert.equal(arrived(from, ['https', 'http']), true);
    }
  });

  it('is none on a connection that is encrypted up to here', () => {
    for (const from of ['203.0.113.7', '10.1.2.3'])
      for (const proto of [undefined, 'http', 'https'])
        assert.equal(arrived(from, proto, true), false);
  });

  it('is refused before anything is read of it, and probes are not', async () => {
    const operation = echo('thing.make', 'POST /v1/things', z.strictObject({ secret: z.string() }));
    const { url, calls } = await serve([operation], {}, { plaintext: plaintext(PROXIES) });
    const ask = async (path: string, proto: string) => {
      const asked = await fetch(new URL(path, url), {
        method: path.startsWith('/v1') ? 'POST' : 'GET',
        headers: { 'x-forwarded-proto': proto, 'content-type': 'application/json' },
        ...(path.startsWith('/v1') && { body: '{"secret":"x"}' }),
      });
      const { code } = (await asked.json()) as { code?: string };
      return [asked.status, code];
    };
    assert.deepEqual(await ask('/v1/things', 'http'), [403, 'insecure_transport']);
    assert.deepEqual(await ask('/', 'http'), [403, 'insecure_transport']);
    assert.deepEqual(await ask('/nothing', 'http'), [403, 'insecure_transport']);
    assert.equal(calls.length, 0);
    assert.deepEqual(await ask('/healthz', 'http'), [200, undefined]);
    assert.deepEqual(await ask('/readyz', 'http'), [200, undefined]);
    const [status] = await ask('/v1/things', 'https');
    assert.equal(status, 200);
    assert.equal(calls.length, 1);
    // What follows a refused body is not taken for a request of its own.
    const answers = await new Promise<number>((resolve, reject) => {
      const again = request(new URL('/v1/things', url), { method: 'POST' }, (answer) =>
        resolve(answer.resume().statusCode ?? 0),
      );
      again.on('error', reject);
      again.end('GET /v1/things HTTP/1.1\r\nhost: x\r\n\r\n');
    });
    assert.equal(answers, 403);
    assert.equal(calls.length, 1);
  });
});
