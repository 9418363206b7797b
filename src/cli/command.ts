/** What a command declares: its name, what it takes, what it calls, and how it prints. One without does not compile. */
import type { OperationName } from '../client/index.ts';
import type { Desk } from './desk.ts';
import { misused } from './failure.ts';
import type { Style } from './style.ts';

/** A word of the command by its place. */
export interface Argument<T> {
  /** As in the help, e.g. `<CHANNEL>`, `[TEXT...]`. */
  readonly syntax: string;
  readonly about: string;
  /** From what commander found there. */
  readonly read: (found: unknown) => T;
}

/** A word with dashes; where it is left out there is `undefined`, or false for one without a value. */
export interface Option<T> {
  /** As in the help, e.g. `--limit <N>`. */
  readonly syntax: string;
  readonly about: string;
  readonly choices?: readonly string[];
  readonly read: (found: unknown) => T;
}

type Read<A> = {
  readonly [K in keyof A]: A[K] extends { read(found: unknown): infer T } ? T : never;
};
type Arguments = Readonly<Record<string, Argument<unknown>>>;
type Options = Readonly<Record<string, Option<unknown>>>;

interface Declaration<A extends Arguments, O extends Options, C extends OperationName, Row> {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: A;
  /** Each under the name that commander gives it: `--since-join` is `sinceJoin`. */
  readonly options?: O;
  /** The operations it may call, and no other. */
  readonly calls: readonly C[];
  /** Its results, one after the other. Throws Failure. */
  readonly run: (given: Read<A> & Read<O>, desk: Desk<C>) => AsyncIterable<Row>;
  /** A line for people; whatever somebody else wrote goes through `printable`. */
  readonly words: (row: Row, style: Style) => string;
  /** The same for programs; the row itself if it is left out. */
  readonly json?: (row: Row) => object;
}

/** A command whose types are checked and forgotten, so that all are alike. */
export type Command = Required<Declaration<Arguments, Options, OperationName, object>>;

/** Checks a declaration and gives it the form that all have. */
export function command<
  const A extends Arguments,
  const O extends Options,
  C extends OperationName,
  Row extends object,
>(declaration: Declaration<A, O, C, Row>): Command {
  return {
    arguments: {},
    options: {},
    json: (row: Row) => row,
    ...declaration,
  } as unknown as Command;
}

export const word = (syntax: string, about: string): Argument<string> => ({
  syntax: `<${syntax}>`,
  about,
  read: String,
});

export const words = (syntax: string, about: string): Argument<readonly string[]> => ({
  syntax: `<${syntax}...>`,
  about,
  read: (found) => (found as unknown[]).map(String),
});

export const maybeWords = (syntax: string, about: string): Argument<readonly string[]> => ({
  ...words(syntax, about),
  syntax: `[${syntax}...]`,
});

export const flag = (syntax: string, about: string): Option<boolean> => ({
  syntax,
  about,
  read: (found) => found === true,
});

export const text = (syntax: string, about: string): Option<string | undefined> => ({
  syntax,
  about,
  read: (found) => (typeof found === 'string' ? found : undefined),
});

export const oneOf = <const T extends string>(
  syntax: string,
  about: string,
  choices: readonly T[],
): Option<T | undefined> => ({ syntax, about, choices, read: (found) => found as T | undefined });

export const wholeNumber = (
  syntax: string,
  about: string,
  most: number,
): Option<number | undefined> => ({
  syntax,
  about,
  read: (found) => (typeof found === 'string' ? numberIn(found, syntax, most) : undefined),
});

export const numberWord = (syntax: string, about: string): Argument<number> => ({
  syntax: `<${syntax}>`,
  about,
  read: (found) => numberIn(String(found), syntax, Number.MAX_SAFE_INTEGER),
});

function numberIn(found: string, syntax: string, most: number): number {
  const number = /^\d{1,16}$/.test(found) ? Number(found) : 0;
  if (number >= 1 && number <= most) return number;
  const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
  throw misused(`${syntax} is a whole number from 1${upTo}.`);
}
