/** A line of the screen before it has colours: pieces of text, each with the tone in which it is meant. */
import { clipped, columnsOf, graphemes, widthOf } from './width.ts';

/** How many people can be told apart by their colour. */
export const PERSON_TONES = 12;

/** What a piece of text is, not how it looks: the theme decides that, and may have no colours at all. */
export type Tone =
  'plain' | 'quiet' | 'strong' | 'alert' | 'good' | 'notice' | 'selected' | `person-${number}`;

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Span[];

export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

/** A line of one tone. */
export function lineOf(text: string, tone: Tone = 'plain'): Line {
  return [span(text, tone)];
}

export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}

export function columnsIn(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** The line cut to a width, with an ellipsis where something is missing. */
export function cut(line: Line, width: number): Line {
  if (columnsIn(line) <= width) return line;
  const kept: Span[] = [];
  let room = width;
  for (const piece of line) {
    const wide = widthOf(piece.text);
    if (wide >= room) {
      // One more than fits, so that the ellipsis says that the line goes on.
      kept.push({ ...piece, text: clipped(`${head(piece.text, room)}…`, room) });
      break;
    }
    kept.push(piece);
    room -= wide;
  }
  return kept;
}

/** `left` and `right` at the ends of a line of that width; the left is cut before the right. */
export function spread(left: Line, right: Line, width: number): Line {
  const end = columnsIn(right) < width ? right : [];
  const begin = cut(left, width - columnsIn(end) - (end.length > 0 ? 1 : 0));
  return [...begin, span(' '.repeat(width - columnsIn(begin) - columnsIn(end))), ...end];
}

/** The line filled up with spaces in the tone of its last piece, for what is seen as a bar. */
export function filled(line: Line, width: number): Line {
  const short = cut(line, width);
  const tone = short.at(-1)?.tone ?? 'plain';
  return [...short, span(' '.repeat(Math.max(0, width - columnsIn(short))), tone)];
}

/** A rule across the width with words in it, and others near its right end where there is room for them. */
export function rule(width: number, words: Line = [], right: Line = []): Line {
  const framed = (line: Line): Line => (line.length > 0 ? [span(' '), ...line, span(' ')] : []);
  const fits = right.length > 0 && columnsIn(right) + 4 <= width;
  const end = fits ? [...framed(right), span('──', 'quiet')] : [];
  const middle = cut(framed(words), Math.max(0, width - columnsIn(end) - 4));
  const room = Math.max(0, width - columnsIn(middle) - columnsIn(end));
  const before = words.length > 0 ? Math.floor(room / 2) : room;
  return [
    span('─'.repeat(before), 'quiet'),
    ...middle,
    span('─'.repeat(room - before), 'quiet'),
    ...end,
  ];
}

function head(text: string, width: number): string {
  let used = 0;
  let kept = '';
  for (const { text: grapheme } of graphemes(text)) {
    used += columnsOf(grapheme);
    if (used > width) break;
    kept += grapheme;
  }
  return kept;
}
