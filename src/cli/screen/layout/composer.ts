/** What is being written as lines, with the cursor among them, however long it is and however wide its letters. */
import type { Composer } from '../model/composer.ts';
import { cut, span, type Line } from './line.ts';
import { graphemes, columnsOf, widthOf } from './width.ts';
import { wrap } from './wrap.ts';

export interface ComposerParts {
  readonly width: number;
  /** Lines at most; of a longer text those around the cursor are shown. */
  readonly height: number;
  /** Before the first line; the others stand below what follows it. */
  readonly prompt: string;
  /** Shown while there is no text. */
  readonly placeholder: string;
}

export interface ComposerLines {
  readonly lines: readonly Line[];
  readonly cursor: { readonly row: number; readonly column: number };
}

export function composerLines(composer: Composer, parts: ComposerParts): ComposerLines {
  const { width, height, prompt, placeholder } = parts;
  const { text } = composer;
  const indent = widthOf(prompt);
  if (text === '')
    return {
      lines: [cut([span(prompt, 'strong'), span(placeholder, 'quiet')], width)],
      cursor: { row: 0, column: indent },
    };
  const room = width - indent;
  const { row, column } = cursorIn(composer, room);
  const stretches = wrap(text, room - 1);
  const top = Math.max(0, Math.min(row - Math.floor(height / 2), stretches.length - height));
  const lines = stretches
    .slice(top, top + height)
    .map(({ start, end }, index) => [
      span(index + top === 0 ? prompt : ' '.repeat(indent), 'strong'),
      span(text.slice(start, end)),
    ]);
  return { lines, cursor: { row: row - top, column: indent + Math.min(column, room - 1) } };
}

/** The cursor so many lines further down, or up when negative, in the same column; null where there is no line. */
export function vertically(composer: Composer, room: number, by: number): Composer | null {
  const stretches = wrap(composer.text, room - 1);
  const { row, column } = cursorIn(composer, room);
  const target = stretches[row + by];
  if (!target) return null;
  let cursor = target.start;
  let passed = 0;
  for (const { text } of graphemes(composer.text.slice(target.start, target.end))) {
    if (passed >= column) break;
    passed += columnsOf(text);
    cursor += text.length;
  }
  return { ...composer, cursor: Math.min(cursor, lastIn(stretches, row + by)) };
}

function cursorIn({ text, cursor }: Composer, room: number) {
  const stretches = wrap(text, room - 1);
  const row = stretches.findLastIndex(({ start }) => start <= cursor);
  const column = widthOf(text.slice(stretches[row]?.start ?? 0, cursor));
  return { row: Math.max(0, row), column };
}

/** The last place of a line: before its end where the next one begins there. */
function lastIn(stretches: ReturnType<typeof wrap>, row: number): number {
  const end = stretches[row]?.end ?? 0;
  return stretches[row + 1]?.start === end ? Math.max(stretches[row]?.start ?? 0, end - 1) : end;
}
