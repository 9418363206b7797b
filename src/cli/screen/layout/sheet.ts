/** Pages above the conversation: help, members, finds; terms in a column, what is said of them beside it. */
import type { Sheet, SheetRow } from '../model/state.ts';
import { cut, filled, lineOf, rule, span, type Line } from './line.ts';
import { widthOf } from './width.ts';
import { wrapped } from './wrap.ts';

/** Narrower than this, a term stands above its text instead of beside it. */
const BESIDE = 50;
/** The column of terms is as wide as they are, but no wider than this share of the line; longer ones stand above. */
const TERM_SHARE = 0.35;

/** A part of the sheet as high as there is room, and how far it can be scrolled. */
export function sheetLines(
  { title, rows, offset }: Sheet,
  width: number,
  height: number,
): { readonly lines: readonly Line[]; readonly most: number } {
  const all = rowLines(rows, width);
  const room = Math.max(1, height - 1);
  const most = Math.max(0, all.length - room);
  const from = Math.min(offset, most);
  const where = most === 0 ? 'Esc closes' : 'PgUp PgDn scroll, Esc closes';
  const head = rule(width, [span(title, 'strong')], [span(where, 'quiet')]);
  return { lines: [head, ...all.slice(from, from + room)], most };
}

function rowLines(rows: readonly SheetRow[], width: number): Line[] {
  const most = Math.floor(width * TERM_SHARE);
  const widest = Math.max(0, ...rows.map(({ term }) => widthOf(term)).filter((one) => one <= most));
  const column = width < BESIDE ? 0 : widest + 3;
  return rows.flatMap(({ term, text }) => {
    const texts = wrapped(text, width - (column === 0 ? 4 : column) - 1);
    if (column === 0)
      return [cut(lineOf(` ${term}`, 'strong'), width), ...texts.map((one) => lineOf(`   ${one}`))];
    const fits = widthOf(term) <= column - 3;
    const first: Line = filled([span(' '), span(term, 'strong'), span('')], column);
    return [
      ...(fits ? [] : [cut(lineOf(` ${term}`, 'strong'), width)]),
      ...texts.map((one, index) => [
        ...(index === 0 && fits ? first : [span(' '.repeat(column))]),
        span(one),
      ]),
    ];
  });
}

/** A list of which one is chosen; of a long one, the part around it. */
export function pickerLines(
  title: string,
  rows: readonly string[],
  chosen: number,
  width: number,
  height: number,
): Line[] {
  const room = Math.max(1, height - 1);
  const from = Math.max(0, Math.min(chosen - Math.floor(room / 2), rows.length - room));
  const lines = rows
    .slice(from, from + room)
    .map((row, index) =>
      index + from === chosen
        ? filled(lineOf(` › ${row}`, 'selected'), width)
        : cut(lineOf(`   ${row}`), width),
    );
  const none = rows.length === 0 ? [lineOf('   nothing is called like that', 'quiet')] : [];
  const hint = [span('↑ ↓ Enter, Esc closes', 'quiet')];
  return [rule(width, [span(title, 'strong')], hint), ...lines, ...none];
}
