/** Breaks text into lines of at most so many columns: at spaces, between wide characters, and inside a word that fits nowhere. */
import { columnsOf, graphemes } from './width.ts';

/** A line as a stretch of its text, in UTF-16 code units. Stretches follow on each other; newlines are between them. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Closing marks of East Asian text: they do not begin a line (Unicode line breaking, UAX #14, class CL and kin). */
const NO_START = /^[、。，．：；？！）〉》」』】〕ー]/u;

/**
 * The lines of a text. Spaces at a break belong to the line before and may stand out over the edge, so that every
 * place in the text is in exactly one line; `lines` shows them without.
 */
export function wrap(text: string, width: number): Stretch[] {
  const stretches: Stretch[] = [];
  let from = 0;
  for (const paragraph of text.split('\n')) {
    for (const { start, end } of wrapParagraph(paragraph, Math.max(1, width)))
      stretches.push({ start: from + start, end: from + end });
    from += paragraph.length + 1;
  }
  return stretches;
}

/** The lines as they are shown: without the spaces at which they were broken. */
export function wrapped(text: string, width: number): string[] {
  return wrap(text, width).map(({ start, end }) => text.slice(start, end).trimEnd());
}

function wrapParagraph(text: string, width: number): Stretch[] {
  const stretches: Stretch[] = [];
  let start = 0;
  /** Columns since `start`. */
  let column = 0;
  /** The last place where the line may end, and the columns up to there. */
  let pause: { readonly at: number; readonly column: number } | null = null;
  let before = '';
  const cut = (at: number, columns: number) => {
    stretches.push({ start, end: at });
    start = at;
    column -= columns;
    pause = null;
  };
  for (const { text: grapheme, at } of graphemes(text)) {
    const columns = columnsOf(grapheme);
    if (grapheme !== ' ') {
      const apart = before === ' ' || columns > 1 || columnsOf(before) > 1;
      if (at > start && apart && !NO_START.test(grapheme)) pause = { at, column };
      while (column + columns > width && at > start)
        if (pause === null) cut(at, column);
        else cut(pause.at, pause.column);
    }
    column += columns;
    before = grapheme;
  }
  stretches.push({ start, end: text.length });
  return stretches;
}
