/** Where lines go: results to standard output, everything else to standard error; in words, or as JSON by the line. */
import type { Failure } from './failure.ts';
import { printable } from './printable.ts';
import { styleFor, wantsColour, type Style } from './style.ts';
import type { Surroundings } from './surroundings.ts';

export interface Output {
  readonly json: boolean;
  readonly style: Style;
  /** Aborted when whoever read the results reads no more, as `head` does. */
  readonly unread: AbortSignal;
  /** Writes a line of the result; resolves when it was taken. */
  line(text: string): Promise<void>;
  /** Says something beside the result; nothing with `--json`. */
  note(text: string): void;
  failure(failure: Failure): void;
}

export function createOutput(
  { stdout, stderr, environment }: Surroundings,
  { json }: { readonly json: boolean },
): Output {
  const unread = new AbortController();
  const complain = styleFor(wantsColour(stderr, environment));
  stdout.on('error', () => unread.abort());
  stderr.on('error', () => undefined); // there is nobody left to tell

  return {
    json,
    style: styleFor(!json && wantsColour(stdout, environment)),
    unread: unread.signal,
    line: (text) =>
      new Promise((resolve) => {
        if (unread.signal.aborted) resolve();
        else stdout.write(`${text}\n`, () => resolve());
      }),
    note(text) {
      if (!json) stderr.write(`${text}\n`);
    },
    failure(failure) {
      const text = json ? jsonLine(failure) : complain.red(failure.message);
      stderr.write(`${text}\n`);
    },
  };
}

/** One line of JSON in which everything that a terminal might obey, or would not show, is escaped. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/gu, (character) =>
    printable(character) === character ? character : escaped(character),
  );
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, place) => character.charCodeAt(place))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}
