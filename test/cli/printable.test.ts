/** Whatever somebody wrote, a terminal that shows it does nothing but show it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { printable } from '../../src/cli/printable.ts';

describe('What other people wrote', () => {
  it('keeps its letters, accents, emoji and scripts', () => {
    for (const text of [
      'Grüße, Ada – “quoted” 50 % · naïve e\u0301',
      '日本語 हिन्दी فارسی עברית',
      '👩‍👩‍👧 👍🏽 ❤️ 🇨🇭',
      'می‌خواهم', // the non-joiner is part of its spelling
      'क्‍ष',
    ])
      assert.equal(printable(text), text);
  });

  it('cannot move the cursor, colour, ring or rename the window', () => {
    assert.equal(printable('\x1b[31mred\x1b[0m'), '␛[31mred␛[0m');
    assert.equal(printable('\x1b[2J\x1b[H'), '␛[2J␛[H');
    assert.equal(printable('\x1b]0;title\x07'), '␛]0;title␇');
    assert.equal(printable('over\rwritten and \bback'), 'over␍written and ␈back');
    assert.equal(printable('\x1bP+q544e\x1b\\'), '␛P+q544e␛\\');
    assert.equal(printable('nul\0 and del\x7f'), 'nul␀ and del␡');
  });

  it('cannot reach the clipboard (OSC 52), nor make a link (OSC 8)', () => {
    assert.equal(printable('\x1b]52;c;cm0gLXJm\x07'), '␛]52;c;cm0gLXJm␇');
    assert.ok(!printable('\x1b]8;;https://example.org\x1b\\here\x1b]8;;\x1b\\').includes('\x1b'));
  });

  it('cannot do the same with the one-character forms of C1', () => {
    assert.equal(printable('\x9b31mred \x9d52;c;eA==\x9c \x90q \x85'), '�31mred �52;c;eA==� �q �');
  });

  it('cannot turn the reading direction of what stands beside it', () => {
    assert.equal(printable('invoice\u202efdp.exe'), 'invoicefdp.exe');
    assert.equal(printable('\u2066a\u2067b\u2068c\u2069\u200e\u200f\u061c\u202a\u202c'), 'abc');
  });

  it('cannot look like somebody else by marks that are not seen', () => {
    assert.equal(printable('A\u200bd\u200c\u200da\u2060\ufeff\u00ad'), 'Ada');
    assert.equal(printable('Ada\u{e0041}\u{e007f}\u{e0100}\ufe00\u3164'), 'Ada');
    assert.equal(printable('👍\u200d\u200d\u200dx'), '👍\u200dx');
  });

  it('is one line, unless it may begin new ones', () => {
    const text = 'first\r\nsecond\nthird\u2028fourth\tend';
    assert.equal(printable(text), 'first ⏎ second ⏎ third ⏎ fourth  end');
    assert.equal(printable(text, { newlines: 'keep' }), 'first\nsecond\nthird\nfourth  end');
  });

  it('is whole: half a character is shown as missing', () => {
    assert.equal(printable('half \ud83d'), 'half �');
  });

  it('never holds a control character, whatever it is made of, and is not changed twice', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\x1b',
        '\x9b',
        '\r',
        '\n',
        '\t',
        '\u202e',
        '\u200d',
        '\ud800',
        '\udc00',
        '👍',
      ),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const shown = printable(pieces.join(''));
        assert.doesNotMatch(shown, /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u);
        assert.equal(printable(shown), shown);
      }),
    );
  });
});
