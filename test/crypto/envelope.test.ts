/** What is sealed opens under its key, in its place, bit for bit as it was; anything else does not open at all. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { envelope, open, type Place } from '../../src/crypto/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';

const sealing = envelope(systemEntropy(systemClock));
const seal = (...args: Parameters<typeof sealing.seal>) => sealing.seal(...args);
const key = randomBytes(32);
const text = Buffer.from('four words of text');
const place: Place = ['message', 'workspace', 'channel', 'id', 'author', 1, 1];

const part = fc.oneof(fc.string(), fc.nat(), fc.string({ unit: 'binary' }));

describe('an envelope', () => {
  it('gives back what was sealed, and does not contain it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(part), (bytes, where) => {
        const sealed = seal(key, bytes, where);
        assert.deepEqual(open(key, sealed, where), Buffer.from(bytes));
        if (bytes.length >= 8) assert.equal(sealed.indexOf(Buffer.from(bytes)), -1);
      }),
    );
  });

  it('is another one each time, of a length that tells only the length of what it holds', () => {
    const many = Array.from({ length: 100 }, () => seal(key, text, place));
    assert.equal(new Set(many.map((sealed) => sealed.toString('hex'))).size, 100);
    assert.deepEqual(new Set(many.map(({ length }) => length)), new Set([41 + text.length]));
  });

  it('does not open in any other place', () => {
    const sealed = seal(key, text, place);
    const elsewhere: Place[] = place.map((_, i) =>
      place.map((each, n) => (n === i ? `${each}x` : each)),
    );
    for (const other of [
      ...elsewhere,
      [...place, ''],
      place.slice(0, -1),
      [...place].reverse(),
      place.map((each, i) => (i === 3 ? 'author' : i === 4 ? 'id' : each)),
      [],
    ])
      assert.equal(open(key, sealed, other), null, JSON.stringify(other));
  });

  it('takes no two places for the same, however their parts run together', () => {
    const pairs: [Place, Place][] = [
      [
        ['ab', 'c'],
        ['a', 'bc'],
      ],
      [['a', ''], ['a']],
      [
        ['', 'a'],
        ['a', ''],
      ],
      [['\0\0\0\u0001a'], ['a']],
      [
        [1, 11],
        [11, 1],
      ],
      [['é'], ['e\u0301']],
    ];
    for (const [one, other] of pairs) assert.equal(open(key, seal(key, text, one), other), null);
    fc.assert(
      fc.property(fc.array(part), fc.array(part), (one, other) => {
        const same = JSON.stringify(one.map(String)) === JSON.stringify(other.map(String));
        assert.equal(open(key, seal(key, text, one), other) !== null, same);
      }),
    );
  });

  it('does not open when a single bit of it is another, in any byte', () => {
    const sealed = seal(key, text, place);
    for (let byte = 0; byte < sealed.length; byte += 1)
      for (const bit of [1, 128]) {
        const damaged = Buffer.from(sealed);
        damaged[byte] = (damaged[byte] ?? 0) ^ bit;
        assert.equal(open(key, damaged, place), null, `byte ${byte}`);
      }
  });

  it('does not open when anything is cut off or added, at either end', () => {
    const sealed = seal(key, text, place);
    for (let length = 0; length < sealed.length; length += 1) {
      assert.equal(open(key, sealed.subarray(0, length), place), null);
      if (length > 0) assert.equal(open(key, sealed.subarray(length), place), null);
    }
    for (const longer of [Buffer.concat([sealed, Buffer.of(0)]), Buffer.concat([sealed, sealed])])
      assert.equal(open(key, longer, place), null);
  });

  it('does not open under another key, not even one that differs in one bit', () => {
    const sealed = seal(key, text, place);
    const close = Buffer.from(key);
    close[31] = (close[31] ?? 0) ^ 1;
    for (const other of [close, randomBytes(32), Buffer.alloc(32)])
      assert.equal(open(other, sealed, place), null);
  });

  it('does not put together the head of one and the tail of another', () => {
    const [one, two] = [seal(key, text, place), seal(key, text, place)];
    for (const cut of [9, 25, 30, one.length - 16])
      assert.equal(
        open(key, Buffer.concat([one.subarray(0, cut), two.subarray(cut)]), place),
        null,
      );
  });
});
