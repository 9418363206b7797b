/** A sealed stream opens whole, or not at all: no piece of it can be changed, left out, moved or put elsewhere. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BrokenStream, openingStream, sealingStream } from '../../src/crypto/index.ts';

const PIECE = 64 * 1024;
const SEALED_PIECE = PIECE + 17;
const HEAD = 25;
const key = randomBytes(32);
const place = ['backup', 'one', 'message'];

async function sealed(plain: Buffer, chunk = 10_000): Promise<Buffer> {
  return buffer(Readable.from(cut(plain, chunk)).pipe(sealingStream(key, place)));
}

async function opened(bytes: Buffer, { chunk = 9_999, under = key, at = place } = {}) {
  const stream = openingStream(under, at);
  const source = Readable.from(cut(bytes, chunk));
  source.pipe(stream);
  return buffer(stream);
}

function* cut(bytes: Buffer, length: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe('a sealed stream', () => {
  it('opens to what was sealed, of any length and however it is cut on the way', async () => {
    for (const length of [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7])
      for (const chunk of [1_000, PIECE, 1_000_000]) {
        const plain = randomBytes(length);
        const bytes = await sealed(plain, chunk);
        assert.deepEqual(await opened(bytes, { chunk: 1_000_007 - chunk }), plain);
        // A single byte stands somewhere in whatever is as long as a head and a tag.
        if (length >= 32)
          assert.equal(bytes.includes(plain.subarray(0, 32)), false, 'nothing is in the clear');
      }
  });

  it('never seals to the same bytes twice', async () => {
    const plain = randomBytes(100);
    assert.notDeepEqual(await sealed(plain), await sealed(plain));
  });

  const damages: readonly [string, (bytes: Buffer) => Buffer][] = [
    ['another format', (bytes) => flipped(bytes, 0)],
    ['a changed header', (bytes) => flipped(bytes, 5)],
    ['a changed first byte', (bytes) => flipped(bytes, HEAD)],
    ['a changed last byte', (bytes) => flipped(bytes, bytes.length - 1)],
    ['a changed byte in the middle', (bytes) => flipped(bytes, HEAD + SEALED_PIECE + 100)],
    ['an end that is missing', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['a last piece that is missing', (bytes) => bytes.subarray(0, HEAD + 2 * SEALED_PIECE)],
    ['everything missing but the header', (bytes) => bytes.subarray(0, HEAD)],
    ['everything missing', () => Buffer.alloc(0)],
    ['bytes after the end', (bytes) => Buffer.concat([bytes, Buffer.of(0)])],
    [
      'a whole piece after the end',
      (bytes) => Buffer.concat([bytes, bytes.subarray(HEAD, HEAD + SEALED_PIECE)]),
    ],
    ['a first piece that is missing', (bytes) => without(bytes, HEAD, HEAD + SEALED_PIECE)],
    [
      'two pieces that changed places',
      (bytes) =>
        Buffer.concat([
          bytes.subarray(0, HEAD),
          bytes.subarray(HEAD + SEALED_PIECE, HEAD + 2 * SEALED_PIECE),
          bytes.subarray(HEAD, HEAD + SEALED_PIECE),
          bytes.subarray(HEAD + 2 * SEALED_PIECE),
        ]),
    ],
  ];
  for (const [what, damage] of damages)
    it(`does not open with ${what}`, async () => {
      const bytes = await sealed(randomBytes(2 * PIECE + 1_000));
      await assert.rejects(opened(damage(bytes)), BrokenStream);
    });

  it('does not open under another key or in another place', async () => {
    const bytes = await sealed(randomBytes(1_000));
    await assert.rejects(opened(bytes, { under: randomBytes(32) }), BrokenStream);
    await assert.rejects(opened(bytes, { at: ['backup', 'one', 'account'] }), BrokenStream);
    await assert.rejects(opened(bytes, { at: ['backup', 'two', 'message'] }), BrokenStream);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}

function without(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}
