/** How lines look: bold, dim and a few colours where the terminal and the person want them, plain text elsewhere. */

export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
}

const sgr = (on: number, off: number) => (text: string) => `\x1b[${on}m${text}\x1b[${off}m`;
const plain = (text: string) => text;

const COLOURED: Style = { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39), green: sgr(32, 39) };
const PLAIN: Style = { bold: plain, dim: plain, red: plain, green: plain };

export function styleFor(colour: boolean): Style {
  return colour ? COLOURED : PLAIN;
}

/** Colour is for terminals that have it, unless `NO_COLOR` is set to anything (https://no-color.org). */
export function wantsColour(
  stream: Pick<NodeJS.WriteStream, 'isTTY'>,
  { NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY && !NO_COLOR && TERM !== 'dumb';
}

/** Day and minute where the person is, e.g. `2026-03-01 09:05`. */
export function timeOf(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
