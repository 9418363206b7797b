/** Who somebody says they are: from options, files, standard input or a prompt, and never a secret from an option. */
import { readFileSync } from 'node:fs';
import type { Ask } from './ask.ts';
import { inTheWay, misused } from './failure.ts';

/** Longer than any password or code may be; a file that is larger is another file. */
const SECRET_BYTES = 4_096;

export interface SecretSource {
  readonly passwordStdin: boolean;
  readonly passwordFile: string | undefined;
}

interface Asking {
  readonly ask: Ask;
  readonly stdin: NodeJS.ReadStream;
}

/** What was given, or what the person writes; Failure `no_terminal` where there is nobody to ask. */
export async function wanted(
  given: string | undefined,
  question: string,
  option: string,
  { ask, usual }: { readonly ask: Ask; readonly usual?: string },
): Promise<string> {
  if (given !== undefined) return given;
  mustAsk(ask, option);
  return ask.text(question, usual === undefined ? {} : { usual });
}

/** Where it is a new one, a person writes it twice. */
export async function passwordFrom(
  { passwordStdin, passwordFile }: SecretSource,
  { ask, stdin }: Asking,
  { isNew }: { readonly isNew: boolean },
): Promise<string> {
  if (passwordStdin && passwordFile !== undefined)
    throw misused('Give --password-stdin or --password-file, not both.');
  if (passwordFile !== undefined) return firstLine(readSecret(passwordFile), passwordFile);
  if (passwordStdin) {
    // It would be shown while it is typed.
    if (stdin.isTTY) throw misused('With --password-stdin the password comes from a pipe or file.');
    return firstLine(await readAll(stdin, SECRET_BYTES), 'Standard input');
  }
  mustAsk(ask, '--password-stdin or --password-file');
  for (;;) {
    const password = await ask.secret('Password');
    if (!isNew || (await ask.secret('The same password again')) === password) return password;
    ask.tell('The two are not the same. Once more:');
  }
}

/** A set-up code or an invitation. */
export async function codeFrom(file: string | undefined, question: string, ask: Ask) {
  if (file !== undefined) return firstLine(readSecret(file), file).trim();
  mustAsk(ask, '--code-file');
  return ask.text(question);
}

/** The text of the stream. Throws Failure when there are more bytes than that. */
export async function readAll(stream: NodeJS.ReadStream, most: number): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(piece);
    size += bytes.length;
    if (size > most) throw misused(`Standard input holds more than ${most} bytes.`);
    pieces.push(bytes);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The first line of a file that holds one. */
export function secretFrom(file: string): string {
  return firstLine(readSecret(file), file);
}

function mustAsk({ possible }: Ask, option: string): void {
  if (!possible) throw misused(`There is no terminal to ask on. Give ${option}.`, 'no_terminal');
}

function readSecret(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw inTheWay('file_not_readable', `${path} cannot be read (${reason}).`);
  }
  if (text.length > SECRET_BYTES) throw misused(`${path} is too long to be a password or a code.`);
  return text;
}

function firstLine(text: string, where: string): string {
  const [line = ''] = text.split(/\r?\n/, 1);
  if (line === '') throw misused(`${where} is empty.`);
  return line;
}
