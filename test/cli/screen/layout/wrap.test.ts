/** Lines fit, lose nothing, and break where a reader would break them, whatever the script. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clipped, graphemes, widthOf } from '../../../../src/cli/screen/layout/width.ts';
import { wrap, wrapped } from '../../../../src/cli/screen/layout/wrap.ts';

describe('Wrapped text', () => {
  it('breaks at spaces, and keeps those that begin a line', () => {
    assert.deepEqual(wrapped('the quick brown fox', 10), ['the quick', 'brown fox']);
    assert.deepEqual(wrapped('  indented code', 12), ['  indented', 'code']);
    assert.deepEqual(wrapped('one\n\n two', 10), ['one', '', ' two']);
    assert.deepEqual(wrapped('', 10), ['']);
  });

  it('breaks a word that fits nowhere, and no other', () => {
    assert.deepEqual(wrapped('a verylongwordindeed b', 8), ['a', 'verylong', 'wordinde', 'ed b']);
  });

  it('breaks between wide characters, but begins no line with what closes', () => {
    assert.deepEqual(wrapped('今天下午我们', 7), ['今天下', '午我们']);
    assert.deepEqual(wrapped('今天下午。我们', 8), ['今天下', '午。我们']);
    assert.deepEqual(wrapped('見て mixed 日本語', 8), ['見て', 'mixed 日', '本語']);
  });

  it('takes what a reader sees as one character as one', () => {
    assert.equal(widthOf('👩‍👩‍👧'), 2);
    assert.equal(widthOf('e\u0301'), 1);
    assert.equal(widthOf('ﬁ한글'), 5);
    assert.deepEqual(wrapped('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5), ['👩‍👩‍👧👩‍👩‍👧', '👩‍👩‍👧']);
    assert.deepEqual(wrapped('🇨🇭🇨🇭', 3), ['🇨🇭', '🇨🇭']);
  });

  it('fits, and loses nothing but the spaces at its breaks, whatever the text', () => {
    const piece = fc.oneof(
      fc.constantFrom(' ', '  ', '\n', '日本', '👍🏽', '👩‍👩‍👧', 'word', 'ü', '。', 'e\u0301', 'क्ष'),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.integer({ min: 2, max: 30 }), (pieces, width) => {
        const text = pieces.join('').replaceAll('\r', '');
        const stretches = wrap(text, width);
        let next = 0;
        for (const { start, end } of stretches) {
          assert.ok(start === next || text.slice(next, start) === '\n');
          next = end;
        }
        assert.equal(next, text.length, 'every place is in a line');
        for (const line of wrapped(text, width))
          assert.ok(widthOf(line) <= width || [...graphemes(line)].length === 1, line);
      }),
    );
  });

  it('is quick with what is as long as a message may be', () => {
    const began = performance.now();
    wrapped('日本語 and emoji 👩‍👩‍👧 '.repeat(200).slice(0, 4_000), 60);
    assert.ok(performance.now() - began < 5_000);
  });
});

describe('Clipped text', () => {
  it('fits, with an ellipsis where something is missing', () => {
    assert.equal(clipped('exactly', 7), 'exactly');
    assert.equal(clipped('too long', 5), 'too …');
    assert.equal(clipped('日本語', 5), '日本…');
    assert.equal(clipped('日本語', 4), '日…');
    assert.equal(clipped('x', 0), '');
  });
});
