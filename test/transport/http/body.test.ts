/** A body is one JSON object in UTF-8 of bounded size; anything else is refused before an operation sees it. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { z } from 'zod';
import { FRAME_BYTES } from '../../../src/contract/index.ts';
import { closeServers, echo, raw, serve } from './served.ts';

const noting = echo(
  'note.write',
  'POST /v1/notes',
  z.strictObject({ text: z.string().optional() }),
);
const HEAD = 'POST /v1/notes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
const JSON_HEAD = `${HEAD}Content-Type: application/json\r\n`;
const codeOf = ({ body }: { body: unknown }): unknown => (body as { code?: unknown }).code;
/** A body of exactly that many bytes. */
const sized = (bytes: number): string => JSON.stringify({ text: 'x'.repeat(bytes - 11) });

async function post(body: string | Buffer, headers: Record<string, string> = {}) {
  const { url } = await serve([noting]);
  const sending = request(url)
    .post('/v1/notes')
    .set('Content-Type', 'application/json')
    .set(headers);
  return sending.serialize((data: unknown) => data as string).send(body as string);
}

describe('http body', () => {
  afterEach(closeServers);

  const types: Record<string, number> = {
    'application/json': 200,
    'APPLICATION/JSON': 200,
    'application/json; charset=utf-8': 200,
    'application/json;charset=UTF-8': 200,
    'application/json; charset="utf-8"': 200,
    'application/json; charset=utf-16': 415,
    'application/json; charset=latin1': 415,
    'application/json; charset=utf-8; charset=utf-16': 415,
    'application/json, text/plain': 415,
    'application/json-patch+json': 415,
    'application/problem+json': 415,
    'text/json': 415,
    'text/plain': 415,
    'application/x-www-form-urlencoded': 415,
    'multipart/form-data; boundary=x': 415,
    '*/*': 415,
  };
  for (const [type, status] of Object.entries(types))
    it(`answers ${status} to a body of type ${type}`, async () => {
      const answer = await post('{"text":"a"}', { 'Content-Type': type });
      assert.equal(answer.status, status);
      if (status === 415) assert.equal(codeOf(answer), 'unsupported_media_type');
    });

  it('refuses a body without a type, and one with two', async () => {
    const { port } = await serve([noting]);
    const body = 'Content-Length: 2\r\n\r\n{}';
    assert.match(await raw(port, `${HEAD}${body}`), /^HTTP\/1\.1 415 /);
    const second = 'Content-Type: text/plain\r\n';
    assert.match(await raw(port, `${JSON_HEAD}${second}${body}`), /^HTTP\/1\.1 415 /);
  });

  it('takes no body for an empty object, of whatever type', async () => {
    const { url, port } = await serve([noting]);
    assert.deepEqual((await request(url).post('/v1/notes')).body, {});
    const none = await raw(port, `${HEAD}Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n`);
    assert.match(none, /^HTTP\/1\.1 200 /);
    const chunked = `${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    assert.match(await raw(port, chunked), /^HTTP\/1\.1 200 /);
  });

  it('inflates nothing', async () => {
    const zipped = await post(gzipSync('{"text":"a"}'), { 'Content-Encoding': 'gzip' });
    assert.equal(zipped.status, 415);
    for (const encoding of ['br', 'deflate', 'identity, gzip', 'none'])
      assert.equal((await post('{}', { 'Content-Encoding': encoding })).status, 415, encoding);
    assert.equal((await post('{}', { 'Content-Encoding': 'identity' })).status, 200);
  });

  const malformed: Record<string, string | Buffer> = {
    'half an object': '{"text":',
    'two objects': '{}{}',
    'a single quote': "{'text':'a'}",
    'a trailing comma': '{"text":"a",}',
    'a number out of JSON': '{"text":NaN}',
    'white space only': '  ',
    'a byte order mark': Buffer.from('\uFEFF{}'),
    'bytes that are no UTF-8': Buffer.from('{"text":"\xff"}', 'latin1'),
    'UTF-16': Buffer.from('{}', 'utf16le'),
    'an array': '[]',
    'an array of objects': '[{"text":"a"}]',
    'a string': '"text"',
    'a number': '1',
    null: 'null',
    'a deep nest': '['.repeat(30_000) + ']'.repeat(30_000),
    'a deep nest in a field': `{"text":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
  };
  for (const [what, body] of Object.entries(malformed))
    it(`refuses ${what} as invalid_input, saying nothing of the parser`, async () => {
      const answer = await post(body);
      assert.equal(answer.status, 400);
      assert.equal(codeOf(answer), 'invalid_input');
      assert.doesNotMatch(answer.text, /JSON\.parse|SyntaxError|position|token|decod/i);
    });

  it('takes the largest body and refuses one byte more', async () => {
    assert.equal((await post(sized(FRAME_BYTES))).status, 200);
    const over = await post(sized(FRAME_BYTES + 1));
    assert.equal(over.status, 413);
    assert.equal(codeOf(over), 'payload_too_large');
  });

  it('counts a chunked body as it comes and answers before its end', async () => {
    const { port, calls, refusals } = await serve([noting]);
    const chunk = 'x'.repeat(FRAME_BYTES);
    const size = FRAME_BYTES.toString(16);
    const start = `${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n`;
    const unending = await raw(port, start, `${size}\r\n${chunk}\r\n`, '1\r\nx\r\n');
    assert.match(unending, /^HTTP\/1\.1 413 /);
    assert.match(unending, /payload_too_large/);
    assert.equal(calls.length, 0);
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ['payload_too_large'],
    );
  });

  it('takes the largest body in chunks', async () => {
    const { port } = await serve([noting]);
    const size = FRAME_BYTES.toString(16);
    const body = `${size}\r\n${sized(FRAME_BYTES)}\r\n0\r\n\r\n`;
    const answer = await raw(port, `${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n${body}`);
    assert.match(answer, /^HTTP\/1\.1 200 /);
  });

  it('refuses what a Content-Length announces without waiting for it', async () => {
    const { port } = await serve([noting]);
    const announced = await raw(port, `${JSON_HEAD}Content-Length: ${10 * 1024 * 1024}\r\n\r\n`);
    assert.match(announced, /^HTTP\/1\.1 413 /);
  });

  it('takes no byte beyond what is announced', async () => {
    const { port, calls } = await serve([noting]);
    const keep = JSON_HEAD.replace('Connection: close\r\n', '');
    // The rest is no request; a bare 400 would be read as the answer to the first one, which was carried out.
    assert.equal(await raw(port, `${keep}Content-Length: 2\r\n\r\n{}${'x'.repeat(50)}`), '');
    assert.deepEqual(
      calls.map(({ input }) => ({ ...(input as object) })),
      [{}],
    );
  });

  it('carries out nothing when the client leaves in the middle of its body', async () => {
    const { server, port, calls, nextLine } = await serve([noting]);
    const line = nextLine();
    server.once('request', (incoming) => incoming.once('data', () => incoming.socket.destroy()));
    await raw(port, `${JSON_HEAD}Content-Length: 20\r\n\r\n{"text":`);
    assert.equal((await line).status, 499);
    assert.equal(calls.length, 0);
  });

  it('keeps the connection in step after a refused body', async () => {
    const { port } = await serve([noting]);
    const keep = JSON_HEAD.replace('Connection: close\r\n', '');
    const over = sized(FRAME_BYTES + 1);
    const next = `${JSON_HEAD}Content-Length: 12\r\n\r\n{"text":"b"}`;
    const both = await raw(port, `${keep}Content-Length: ${over.length}\r\n\r\n${over}`, next);
    assert.match(both, /^HTTP\/1\.1 413 [^]*HTTP\/1\.1 200 [^]*\{"text":"b"\}$/);
  });

  it('refuses a message with two lengths or two framings', async () => {
    const { port, calls } = await serve([noting]);
    const framings = [
      'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding: xchunked\r\n\r\n{}',
      'Content-Length: +2\r\n\r\n{}',
      'Content-Length : 2\r\n\r\n{}',
      'X: y\nContent-Length: 2\r\n\r\n{}',
    ];
    for (const framing of framings)
      assert.match(await raw(port, `${JSON_HEAD}${framing}`), /^HTTP\/1\.1 400 /, framing);
    assert.equal(calls.length, 0);
  });
});
