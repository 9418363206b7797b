/** How many columns a text takes on a terminal, counted by what a reader sees as one character. */
import stringWidth from 'string-width';

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** What takes one column each, on every terminal: most of what is ever shown. */
const NARROW = /^[ -~─│…·]*$/;

/** A character as a reader sees it: a letter with its accents, a family of emoji. */
export interface Grapheme {
  readonly text: string;
  /** Where it begins, in UTF-16 code units. */
  readonly at: number;
}

export function* graphemes(text: string): Generator<Grapheme> {
  for (const { segment, index } of SEGMENTER.segment(text)) yield { text: segment, at: index };
}

/** Columns of a grapheme: 1 or 2, rarely more, and 1 for what has no width of its own: it must be put somewhere. */
export function columnsOf(grapheme: string): number {
  return Math.max(1, stringWidth(grapheme));
}

/** Whether every terminal takes each of its characters for one column. */
export function isNarrow(text: string): boolean {
  return NARROW.test(text);
}

/** Columns of a text without line breaks. */
export function widthOf(text: string): number {
  if (isNarrow(text)) return text.length;
  let width = 0;
  for (const { text: grapheme } of graphemes(text)) width += columnsOf(grapheme);
  return width;
}

/** The text if it fits, or as much of it as fits before an ellipsis. */
export function clipped(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { text: grapheme } of graphemes(text)) {
    used += columnsOf(grapheme);
    if (used > width - 1) break;
    kept += grapheme;
  }
  return width > 0 ? `${kept}…` : '';
}
