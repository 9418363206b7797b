/** Editing goes by what a reader sees as one character, loses nothing, and what was taken out can be put back. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { composerLines, vertically } from '../../../../src/cli/screen/layout/composer.ts';
import { textOf } from '../../../../src/cli/screen/layout/line.ts';
import { graphemes } from '../../../../src/cli/screen/layout/width.ts';
import * as edits from '../../../../src/cli/screen/model/composer.ts';

/** The text with the cursor as a bar. */
const shown = ({ text, cursor }: edits.Composer) =>
  `${text.slice(0, cursor)}|${text.slice(cursor)}`;

function of(text: string): edits.Composer {
  const cursor = text.indexOf('|');
  return { text: text.replace('|', ''), cursor, taken: '' };
}

const after = (text: string, ...changes: edits.Edit[]) =>
  shown(changes.reduce((composer, change) => change(composer), of(text)));

describe('The composer', () => {
  it('inserts at the cursor, and moves over whole characters', () => {
    assert.equal(after('a|c', edits.insert('b')), 'ab|c');
    assert.equal(after('👩‍👩‍👧e\u0301|', edits.left), '👩‍👩‍👧|e\u0301');
    assert.equal(after('👩‍👩‍👧e\u0301|', edits.left, edits.left), '|👩‍👩‍👧e\u0301');
    assert.equal(after('|👩‍👩‍👧x', edits.right), '👩‍👩‍👧|x');
    assert.equal(after('|', edits.left, edits.right), '|');
  });

  it('erases whole characters on both sides', () => {
    assert.equal(after('x👍🏽|', edits.eraseBefore), 'x|');
    assert.equal(after('|🇨🇭x', edits.eraseAfter), '|x');
    assert.equal(after('|x', edits.eraseBefore), '|x');
  });

  it('goes by words and lines', () => {
    assert.equal(after('one two-three|', edits.wordLeft), 'one two-|three');
    assert.equal(after('|one two', edits.wordRight), 'one| two');
    assert.equal(after('日本 ❤️|', edits.wordLeft), '日本 |❤️');
    assert.equal(after('one\ntwo| x\nthree', edits.lineBegin), 'one\n|two x\nthree');
    assert.equal(after('one\ntwo| x\nthree', edits.lineEnd), 'one\ntwo x|\nthree');
    assert.equal(after('|\nx', edits.lineBegin), '|\nx');
  });

  it('cuts to the begin, to the end and a word, and puts the last cut back', () => {
    assert.equal(after('one two| three', edits.takeToBegin), '| three');
    assert.equal(after('one\n|two', edits.takeToBegin), 'one|two');
    assert.equal(after('one| two\nx', edits.takeToEnd), 'one|\nx');
    assert.equal(after('one|\ntwo', edits.takeToEnd), 'one|two');
    assert.equal(after('say it-twice  |', edits.takeWord), 'say |');
    assert.equal(after('one| two', edits.takeWordAfter), 'one|');
    assert.equal(after('one two|', edits.takeWord, edits.lineBegin, edits.putBack), 'two|one ');
    assert.equal(after('|', edits.takeWord, edits.takeToEnd, edits.putBack), '|');
  });

  it('takes no more than finds room, and nothing that is not text', () => {
    const full = edits.written('x'.repeat(edits.COMPOSER_CHARACTERS));
    assert.equal(edits.insert('y')(full), full);
    assert.equal(edits.typeable('a\r\nb\rc\td\x1b[31m\x00\u202e\ud800'), 'a\nb\nc  d[31m');
  });

  it('never stands inside of a character, whatever is pressed', () => {
    const keys = [
      ...[edits.left, edits.right, edits.wordLeft, edits.wordRight, edits.lineBegin, edits.lineEnd],
      ...[edits.eraseBefore, edits.eraseAfter, edits.takeToBegin, edits.takeToEnd, edits.takeWord],
      ...[edits.takeWordAfter, edits.putBack],
    ];
    const text = fc.constantFrom('a', ' ', '\n', '👩‍👩‍👧', '❤️', 'e\u0301', '日本', '-', '🇨🇭');
    const change = fc.oneof(text.map(edits.insert), fc.constantFrom(...keys));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        let composer = edits.EMPTY;
        for (const one of changes) {
          composer = one(composer);
          const begins = [...graphemes(composer.text)].map(({ at }) => at);
          assert.ok([...begins, composer.text.length].includes(composer.cursor), shown(composer));
        }
      }),
    );
  });
});

describe('The composer on the screen', () => {
  const parts = { width: 12, height: 3, prompt: '> ', placeholder: 'Write' };
  const drawn = (text: string) => {
    const { lines, cursor } = composerLines(of(text), parts);
    return { lines: lines.map(textOf), cursor: [cursor.row, cursor.column] };
  };

  it('shows where one writes, also in wide characters', () => {
    assert.deepEqual(drawn('|'), { lines: ['> Write'], cursor: [0, 2] });
    assert.deepEqual(drawn('日本|語'), { lines: ['> 日本語'], cursor: [0, 6] });
    assert.deepEqual(drawn('123456789|'), { lines: ['> 123456789'], cursor: [0, 11] });
    assert.deepEqual(drawn('one\n|two'), { lines: ['> one', '  two'], cursor: [1, 2] });
  });

  it('shows the lines around the cursor when there are more', () => {
    const { lines, cursor } = drawn('1\n2\n3\n4|\n5\n6');
    assert.deepEqual(lines, ['  3', '  4', '  5']);
    assert.deepEqual(cursor, [1, 3]);
  });

  it('goes up and down in the same column, and tells when there is no line', () => {
    const up = vertically(of('long line\nx\nlong| line'), 30, -1);
    assert.ok(up);
    assert.equal(shown(up), 'long line\nx|\nlong line');
    assert.equal(vertically(of('one| line'), 30, -1), null);
    assert.equal(vertically(of('one| line'), 30, 1), null);
    const wrapped = vertically(of('some wor|ds here'), 11, 1);
    assert.equal(wrapped && shown(wrapped), 'some words here|');
  });
});
