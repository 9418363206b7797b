/** Lines are cut, filled and ruled to a width, to the column. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  columnsIn,
  cut,
  filled,
  lineOf,
  rule,
  span,
  spread,
  textOf,
} from '../../../../src/cli/screen/layout/line.ts';

describe('A line', () => {
  it('is cut with an ellipsis, across its pieces, and keeps their tones', () => {
    const line = [span('Ada ', 'strong'), span('said something', 'quiet')];
    assert.equal(textOf(cut(line, 30)), 'Ada said something');
    assert.deepEqual(cut(line, 9), [span('Ada ', 'strong'), span('said…', 'quiet')]);
    assert.equal(textOf(cut([span('four'), span('more')], 4)), 'fou…');
  });

  it('has its ends apart, of which the left is cut', () => {
    assert.equal(textOf(spread(lineOf('left'), lineOf('right'), 12)), 'left   right');
    assert.equal(textOf(spread(lineOf('too long a text'), lineOf('7'), 10)), 'too lon… 7');
    assert.equal(textOf(spread(lineOf('left'), lineOf('no room at all'), 6)), 'left  ');
  });

  it('is ruled around its words', () => {
    assert.equal(textOf(rule(20)), '─'.repeat(20));
    assert.equal(textOf(rule(20, lineOf('Today'))), '────── Today ───────');
    assert.equal(
      textOf(rule(30, lineOf('below'), lineOf('9 of 10'))),
      '────── below ────── 9 of 10 ──',
    );
  });

  it('has the width that it is asked for, whatever is in it', () => {
    const text = fc.oneof(fc.constantFrom('日本', '👍🏽', ' '), fc.string({ maxLength: 9 }));
    const line = fc.array(text).map((texts) => texts.map((one) => span(one)));
    fc.assert(
      fc.property(line, line, fc.integer({ min: 12, max: 60 }), (left, right, width) => {
        assert.ok(columnsIn(cut(left, width)) <= width);
        assert.equal(columnsIn(filled(left, width)), width);
        assert.equal(columnsIn(spread(left, right, width)), width);
        assert.equal(columnsIn(rule(width, cut(left, 4))), width);
      }),
    );
  });
});
