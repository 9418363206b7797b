/** What is being written: a text, the place in it, and what was last taken out; every key gives a new one. */
import { printable } from '../../printable.ts';
import { graphemes } from '../layout/width.ts';

export interface Composer {
  readonly text: string;
  /** In UTF-16 code units, never inside of what a reader sees as one character. */
  readonly cursor: number;
  /** What was last taken out, to be put back. */
  readonly taken: string;
}

export type Edit = (composer: Composer) => Composer;

export const EMPTY: Composer = { text: '', cursor: 0, taken: '' };

/** Characters held at most: five messages' worth, so that what is too long can be cut down here. */
export const COMPOSER_CHARACTERS = 20_000;

export const written = (text: string): Composer => ({ ...EMPTY, text, cursor: text.length });

/** Puts a text in at the cursor; of one that finds no room, nothing. */
export function insert(text: string): Edit {
  return (composer) =>
    composer.text.length + text.length > COMPOSER_CHARACTERS
      ? composer
      : replaced(composer, composer.cursor, composer.cursor, text);
}

/** What was typed or pasted as it is written: what is seen is what is sent, so nothing unseen and no controls. */
export function typeable(text: string): string {
  const breaks = text.replaceAll(/\r\n?/g, '\n').replaceAll('\t', '  ');
  return printable(breaks.replaceAll(/[^\P{Cc}\n]|\p{Cs}/gu, ''), { newlines: 'keep' });
}

export const left: Edit = (composer) => moved(composer, before(composer.text, composer.cursor));
export const right: Edit = (composer) => moved(composer, after(composer.text, composer.cursor));
export const wordLeft: Edit = (composer) => moved(composer, wordBegin(composer));
export const wordRight: Edit = (composer) => moved(composer, wordEnd(composer));
export const lineBegin: Edit = (composer) => moved(composer, beginOf(composer));
export const lineEnd: Edit = (composer) => moved(composer, endOf(composer));

export const eraseBefore: Edit = (composer) =>
  replaced(composer, before(composer.text, composer.cursor), composer.cursor, '');
export const eraseAfter: Edit = (composer) =>
  replaced(composer, composer.cursor, after(composer.text, composer.cursor), '');

/** To the beginning of the line; at the beginning, the newline before it. */
export const takeToBegin: Edit = (composer) => {
  const begin = beginOf(composer);
  return take(composer, begin === composer.cursor ? Math.max(0, begin - 1) : begin, true);
};
/** To the end of the line; at the end, the newline after it. */
export const takeToEnd: Edit = (composer) => {
  const end = endOf(composer);
  const { length } = composer.text;
  return take(composer, end === composer.cursor ? Math.min(length, end + 1) : end, false);
};
/** The word before the cursor, up to a space. */
export const takeWord: Edit = (composer) => {
  const end = back(composer.text, composer.cursor, (unit) => SPACE.test(unit));
  const begin = back(composer.text, end, (unit) => !SPACE.test(unit));
  return take(composer, begin, true);
};
/** The word after the cursor. */
export const takeWordAfter: Edit = (composer) => take(composer, wordEnd(composer), false);
/** Puts back what was last taken. */
export const putBack: Edit = (composer) => insert(composer.taken)(composer);

function take(composer: Composer, to: number, backwards: boolean): Composer {
  const [from, until] = backwards ? [to, composer.cursor] : [composer.cursor, to];
  const taken = composer.text.slice(from, until);
  return taken === '' ? composer : { ...replaced(composer, from, until, ''), taken };
}

function replaced(composer: Composer, from: number, until: number, by: string): Composer {
  const { text } = composer;
  const next = text.slice(0, from) + by + text.slice(until);
  return { ...composer, text: next, cursor: from + by.length };
}

function moved(composer: Composer, cursor: number): Composer {
  return cursor === composer.cursor ? composer : { ...composer, cursor };
}

function before(text: string, cursor: number): number {
  let last = 0;
  for (const { at } of graphemes(text.slice(0, cursor))) last = at;
  return last;
}

function after(text: string, cursor: number): number {
  for (const { text: first } of graphemes(text.slice(cursor))) return cursor + first.length;
  return cursor;
}

function beginOf({ text, cursor }: Composer): number {
  return cursor === 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1;
}

function endOf({ text, cursor }: Composer): number {
  const end = text.indexOf('\n', cursor);
  return end < 0 ? text.length : end;
}

const SPACE = /\s/u;
const OF_A_WORD = /[\p{L}\p{M}\p{N}_]/u;

function wordBegin({ text, cursor }: Composer): number {
  const end = back(text, cursor, (unit) => !OF_A_WORD.test(unit));
  return whole(
    text,
    back(text, end, (unit) => OF_A_WORD.test(unit)),
  );
}

function wordEnd({ text, cursor }: Composer): number {
  let at = cursor;
  while (at < text.length && !OF_A_WORD.test(text.charAt(at))) at += 1;
  while (at < text.length && OF_A_WORD.test(text.charAt(at))) at += 1;
  return whole(text, at);
}

function back(text: string, from: number, goesOn: (unit: string) => boolean): number {
  let at = from;
  while (at > 0 && goesOn(text.charAt(at - 1))) at -= 1;
  return at;
}

/** The begin of the character that `at` lies in. */
function whole(text: string, at: number): number {
  if (at >= text.length) return text.length;
  for (const { text: grapheme, at: begin } of graphemes(text))
    if (at < begin + grapheme.length) return begin;
  return at;
}
