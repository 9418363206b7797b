/** A log line is one line of JSON without anything secret in it, whatever was handed to the log. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { Secret } from '../../src/kernel/index.ts';
import { createLog, redact } from '../../src/platform/log.ts';
import { cost } from '../support/processor.ts';

const CANARY = 'canary-0123456789';
const JWT = `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIx${'x'.repeat(300)}.c2lnbmF0dXJl`;

/** What a log writes for one call, as it stands in the stream. */
function written(write: (log: ReturnType<typeof createLog>) => void, level = 'debug'): string {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  write(createLog(level, stream));
  return text;
}

describe('a log line', () => {
  it('is one line of JSON with time, level, message and fields', () => {
    const text = written((log) => log.info('a\nb', { traceId: 't\n1', milliseconds: 3n }));
    assert.equal(text.split('\n').length, 2);
    const { at, ...line } = JSON.parse(text) as Record<string, unknown>;
    assert.ok(!Number.isNaN(Date.parse(String(at))));
    assert.deepEqual(line, { level: 'info', message: 'a\nb', traceId: 't\n1', milliseconds: 3 });
  });

  it('is not written below the level', () => {
    assert.equal(
      written((log) => log.debug('x'), 'info'),
      '',
    );
  });

  const fields = [
    ...['token', 'accessToken', 'refreshToken', 'access_token', 'refresh_token', 'x-auth-token'],
    ...['password', 'newPassword', 'currentPassword', 'passwordHash', 'PASSWORD'],
    ...['authorization', 'Authorization', 'proxy-authorization', 'cookie', 'set-cookie'],
    ...['secret', 'clientSecret', 'apiKey', 'api_key', 'x-api-key', 'key', 'keys', 'privateKey'],
    ...['body', 'text', 'input', 'reason', 'email', 'displayName', 'name', 'device'],
    ...['setupCode', 'invitation', 'nonce'],
  ];
  for (const field of fields)
    it(`says nothing of what is in a field ${field}, at any depth`, () => {
      const value = { [field]: CANARY };
      const deep = { a: [{ b: { [field]: { c: CANARY } } }] };
      const text = written((log) => log.info('x', { ...value, deep }));
      assert.ok(!text.includes(CANARY), text);
      assert.match(text, /\[redacted\]/);
    });

  const texts: readonly [string, string][] = [
    ['an access token', JWT],
    ['an access token in a sentence', `failed with ${JWT}, sorry`],
    ['a bearer header', `Bearer ${CANARY}`],
    ['a bearer header in capitals', `authorization: BEARER ${CANARY}`],
    ['a password in a URL', `postgres://owner:${CANARY}@db.example/chat`],
    ['a password in a URL without a user', `redis://:${CANARY}@redis.example:6379`],
    ['a refresh token', `cr1.AZiQAAAAcACAAAAAAAAAAA.${CANARY}`],
    ['an invitation', `ci1.AZiQAAAAcACAAAAAAAAAAA.${CANARY}`],
  ];
  for (const [what, text] of texts)
    it(`hides ${what} wherever it stands`, () => {
      const cause = new Error(text, { cause: new TypeError(text, { cause: { detail: text } }) });
      const line = written((log) => log.error(text, { detail: text, list: [text], cause }));
      assert.ok(!line.includes(CANARY) && !line.includes(JWT.slice(0, 30)), line);
      assert.match(line, /\[(token|secret)\]/);
    });

  it('tells of an error and its causes what they are, and where', () => {
    const cause = new TypeError('inner', { cause: new Error('innermost') });
    const text = written((log) => log.error('failed', { cause: new Error('outer', { cause }) }));
    const line = JSON.parse(text) as { cause: Record<string, unknown> };
    assert.deepEqual([line.cause['error'], line.cause['message']], ['Error', 'outer']);
    assert.match(String(line.cause['stack']), /log\.test/);
    assert.match(text, /"error":"TypeError","message":"inner"/);
    assert.match(text, /innermost/);
  });

  it('stays short: long text, long lists, many fields and deep nesting are cut', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, i]));
    let deep: unknown = CANARY;
    for (let i = 0; i < 100; i += 1) deep = { deep };
    const list = Array.from({ length: 5_000 }, () => 'x');
    const text = written((log) => log.info('x', { long: 'x'.repeat(1e6), list, many, deep }));
    assert.ok(text.length < 10_000, `${text.length} characters`);
    assert.ok(!text.includes(CANARY));
  });

  it('does not cut a token in half and show the half', () => {
    for (let room = 0; room < 400; room += 7) {
      const text = `${'x'.repeat(2_000 - room)} ${JWT}`;
      assert.ok(!String(redact(text)).includes('eyJhbGciOi'), `with ${room} characters of room`);
    }
  });

  it('does not take long over text made to take long', () => {
    const pieces = ['eyJ', 'eyJaaaaaaaa.', '://', '://a:', 'Bearer ', 'cr1.', 'cr1'];
    const milliseconds = cost(() => {
      for (const piece of pieces) redact(piece.repeat(60_000));
    });
    assert.ok(milliseconds < 1_000, `${milliseconds} ms`);
  });

  it('survives what cannot be written', () => {
    const round: Record<string, unknown> = {};
    round['round'] = round;
    const trap = {
      get trap(): string {
        throw new Error(CANARY);
      },
    };
    const bytes = Buffer.from(CANARY);
    const odd = { round, bytes, when: new Date(NaN), map: new Map([[1, CANARY]]), s: Symbol('s') };
    const text = written((log) => {
      log.info('odd', { ...odd, secret: new Secret(CANARY), held: { it: new Secret(CANARY) } });
      log.info('trap', { trap });
    });
    assert.equal(text.trim().split('\n').length, 2);
    for (const line of text.trim().split('\n')) JSON.parse(line);
    assert.ok(!text.includes(CANARY), text);
  });
});
