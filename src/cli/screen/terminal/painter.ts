/** Brings rows to a terminal: only those that changed, each where it belongs even if the terminal measures text differently. */
import { columnsOf, graphemes, isNarrow } from '../layout/width.ts';

/** Column and row from the upper left, both from 0. */
export interface Place {
  readonly column: number;
  readonly row: number;
}

/** What all terminals agree on: one code point of a script without joining, or a line. */
const AGREED =
  /^(?:[ -~─│…·]|\p{Script=Latin}|\p{Script=Greek}|\p{Script=Cyrillic}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul})$/u;
const RENDITION = /^\p{Cc}\[[0-9;]*m/u;

/** Synchronised output: shown when all of it is there; terminals that do not know it ignore it. */
const BEGIN = '\x1b[?2026h\x1b[?25l';
const END = '\x1b[?2026l';
const SHOW_CURSOR = '\x1b[?25h';

export class Painter {
  #rows: readonly string[] = [];
  #columns = 0;
  #cursor: Place | null = null;

  /** Forgets what is on the screen: the next rows are all painted, on a cleared one. */
  forget(): void {
    this.#rows = [];
    this.#columns = 0;
    this.#cursor = null;
  }

  /** What has to be written so that these rows and this cursor are seen; empty when they are already. */
  paint(rows: readonly string[], cursor: Place | null, columns: number): string {
    const anew = columns !== this.#columns || rows.length !== this.#rows.length;
    let painted = anew ? '\x1b[2J' : '';
    for (const [number, row] of rows.entries())
      if (anew || row !== this.#rows[number])
        painted += `\x1b[${number + 1};1H${steady(row, columns, anew)}`;
    const moved = !sameRows(cursor, this.#cursor);
    this.#rows = rows;
    this.#columns = columns;
    this.#cursor = cursor;
    if (painted === '' && !moved) return '';
    const shown = cursor ? `\x1b[${cursor.row + 1};${cursor.column + 1}H${SHOW_CURSOR}` : '';
    return `${BEGIN}${painted}${shown}${END}`;
  }
}

/**
 * The row with the column set again after everything whose width terminals disagree about (emoji that are joined,
 * marks, most scripts that join), and with what it covers blanked before it. The rest of the row is erased.
 */
function steady(row: string, columns: number, isClear: boolean): string {
  let out = '';
  let column = 0;
  let rest = row;
  while (rest !== '') {
    const [rendition] = RENDITION.exec(rest) ?? [];
    if (rendition !== undefined) {
      out += rendition;
      rest = rest.slice(rendition.length);
      continue;
    }
    const end = rest.indexOf('\x1b', 1);
    const text = end < 0 ? rest : rest.slice(0, end);
    rest = rest.slice(text.length);
    if (isNarrow(text) && column + text.length <= columns) {
      out += text;
      column += text.length;
      continue;
    }
    for (const { text: grapheme } of graphemes(text)) {
      const wide = columnsOf(grapheme);
      if (column + wide > columns) return out;
      column += wide;
      if (AGREED.test(grapheme)) out += grapheme;
      else out += `${' '.repeat(wide)}\x1b[${column - wide + 1}G${grapheme}\x1b[${column + 1}G`;
    }
  }
  // On a full row the cursor stands on the last column, and would erase it.
  return column < columns && !isClear ? `${out}\x1b[K` : out;
}

function sameRows(one: Place | null, other: Place | null): boolean {
  return one?.row === other?.row && one?.column === other?.column;
}
