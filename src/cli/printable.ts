/** What other people wrote reaches a terminal as text alone: nothing in it moves, hides, colours or answers. */

/** `mark`: shown as ⏎, so that one text is one line and cannot pass for several. `keep`: they begin lines. */
export type Newlines = 'mark' | 'keep';

const NEWLINE = /\r\n|[\n\u2028\u2029]/g;
const MARK = ' ⏎ ';

/** C0 but for the newline, DEL and C1: whatever could begin a control sequence (ECMA-48, 5.2 to 5.4). */
const CONTROL = /[^\P{Cc}\n]/gu;

/**
 * What is not seen and turns, joins or hides what is: bidirectional controls (UAX #9), zero-width spaces, soft
 * hyphens, fillers, tags, all but an emoji's selectors (Default_Ignorable_Code_Point, UAX #44), and annotations.
 */
const UNSEEN =
  /(?!\p{Join_Control}|\ufe0e|\ufe0f)\p{Default_Ignorable_Code_Point}|[\ufff9-\ufffb]/gu;

/** Joiners are part of emoji and of scripts whose letters join; anywhere else they only make two names look alike. */
const JOINING = [
  ...['Arabic', 'Bengali', 'Devanagari', 'Gujarati', 'Gurmukhi', 'Kannada', 'Khmer', 'Malayalam'],
  ...['Mongolian', 'Oriya', 'Sinhala', 'Syriac', 'Tamil', 'Telugu'],
].map((script) => `\\p{Script=${script}}`);
const EMOJI = '\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f';
const JOINER = new RegExp(`(?<![${EMOJI}${JOINING.join('')}])[\\u200c\\u200d]+`, 'gu');

const LONE_SURROGATE = /\p{Cs}/gu;

/**
 * The text as it may be written to a terminal. Control characters become their pictures (ESC is ␛), so that what
 * was tried can be seen; unseen marks go; tabs are two spaces. What is printable already stays as it is.
 */
export function printable(
  text: string,
  { newlines = 'mark' }: { newlines?: Newlines } = {},
): string {
  return text
    .replace(NEWLINE, newlines === 'keep' ? '\n' : MARK)
    .replace(CONTROL, picture)
    .replace(UNSEEN, '')
    .replace(JOINER, '')
    .replace(LONE_SURROGATE, '\ufffd');
}

function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code === TAB) return '  ';
  if (code === DELETE) return '␡';
  return code < DELETE ? String.fromCharCode(PICTURES + code) : '\ufffd';
}

const TAB = 0x09;
const DELETE = 0x7f;
/** Where Unicode keeps the pictures of C0, in its order. */
const PICTURES = 0x2400;
