/** The server hangs up on the slow and the malformed, with a bare status line at most. */
import assert from 'node:assert/strict';
import { Agent, createServer, request as ask } from 'node:http';
import { z } from 'zod';
import { hardenServer } from '../../../src/transport/http/index.ts';
import { closeServers, echo, raw, serve } from './served.ts';

const writing = echo('thing.write', 'POST /v1/things', z.strictObject({}));
const BARE = (line: string): string =>
  `HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
/** Keeps the order of the limits, in a time that a test can wait. */
const impatient = (server: ReturnType<typeof createServer>): void => {
  server.headersTimeout = 40;
  server.requestTimeout = 80;
  Object.assign(server, { connectionsCheckingInterval: 10 });
};

describe('http server', () => {
  afterEach(closeServers);

  it('has limits on time, headers and requests per connection', () => {
    const server = createServer();
    hardenServer(server);
    assert.equal(server.headersTimeout, 10_000);
    assert.equal(server.requestTimeout, 30_000);
    assert.equal(server.keepAliveTimeout, 65_000);
    assert.equal(server.maxHeadersCount, 100);
    assert.equal(server.maxRequestsPerSocket, 1_000);
  });

  it('looks for slow requests often enough to keep those limits', async () => {
    const { server } = await serve([]);
    const { connectionsCheckingInterval } = server as unknown as Record<string, number>;
    assert.equal(connectionsCheckingInterval, 5_000);
  });

  const malformed = {
    'no HTTP at all': 'canary\r\n\r\n',
    'no host': 'GET / HTTP/1.1\r\n\r\n',
    'a space in the target': 'GET /a canary HTTP/1.1\r\nHost: x\r\n\r\n',
    'a folded header': 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n canary\r\n\r\n',
    'a zero byte in a header': 'GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n',
    'a bare line feed': 'GET / HTTP/1.1\nHost: x\n\n',
    'HTTP/2 without TLS': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  };
  for (const [what, text] of Object.entries(malformed))
    it(`hangs up on ${what}`, async () => {
      const { port, calls } = await serve([writing]);
      const answer = await raw(port, text);
      assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
      assert.doesNotMatch(answer, /canary/);
      assert.equal(calls.length, 0);
    });

  it('answers a header that is too long with 431', async () => {
    const { port } = await serve([]);
    const answer = await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`);
    assert.equal(answer, BARE('431 Request Header Fields Too Large'));
  });

  it('answers as many headers as it reads, and refuses one more', async () => {
    const { port } = await serve([]);
    const head = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
    assert.match(await raw(port, `${head}${'A: b\r\n'.repeat(98)}\r\n`), /^HTTP\/1\.1 200 /);
    assert.match(await raw(port, `${head}${'A: b\r\n'.repeat(99)}\r\n`), /^HTTP\/1\.1 400 /);
  });

  it('ends a request whose headers do not come', async () => {
    const { port } = await serve([], {}, {}, impatient);
    assert.equal(await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\n'), BARE('408 Request Timeout'));
  });

  it('ends a request whose body does not come, and carries out nothing', async () => {
    const { port, calls } = await serve([writing], {}, {}, impatient);
    const head = 'POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    assert.equal(await raw(port, `${head}Content-Length: 2\r\n\r\n{`), BARE('408 Request Timeout'));
    assert.equal(calls.length, 0);
  });

  it('ends a client that goes on sending after it was refused', async () => {
    const { port } = await serve([writing], {}, {}, impatient);
    const head = 'POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const answer = await raw(port, `${head}Content-Length: 9999999\r\n\r\n`, 'x'.repeat(100_000));
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });

  it('sends a client to a new connection after its share of requests', async () => {
    const { server, port } = await serve([], {}, {}, (made) => (made.maxRequestsPerSocket = 2));
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const get = () =>
      new Promise((resolve) => {
        ask({ port, agent, path: '/healthz' }, (answer) => {
          answer.resume().once('close', () => resolve(answer.headers.connection));
        }).end();
      });
    const told = [await get(), await get(), await get()];
    agent.destroy();
    assert.deepEqual(told, ['keep-alive', 'close', 'keep-alive']);
    assert.equal(connections, 2);
  });

  it('serves many requests on one connection until then', async () => {
    const { port } = await serve([]);
    const one = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
    const last = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const answers = await raw(port, one, one, last);
    assert.equal(answers.match(/HTTP\/1\.1 200/g)?.length, 3);
  });

  it('does not let a client expect what the server does not do', async () => {
    const { port, calls } = await serve([writing]);
    const status = await new Promise((resolve) => {
      const headers = { Expect: 'canary' };
      ask({ port, path: '/v1/things', method: 'POST', headers }, ({ statusCode, socket }) => {
        socket.destroy();
        resolve(statusCode);
      }).end();
    });
    assert.equal(status, 417);
    assert.equal(calls.length, 0);
  });
});
