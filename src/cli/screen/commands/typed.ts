/** What a typed line is: a message or a command; what Tab makes of it, and what to say of a command that there is none of. */
import { common, nearest } from '../model/matching.ts';
import type { Command, Talk } from './declare.ts';
import { COMMANDS, usageOf } from './table.ts';

export type Typed =
  | { readonly is: 'nothing' }
  | { readonly is: 'message'; readonly body: string }
  | { readonly is: 'command'; readonly command: Command; readonly rest: string }
  | { readonly is: 'unknown'; readonly why: string };

/** A line that begins with a slash is a command; two slashes begin a message with one. More lines are a message. */
export function typedAs(text: string): Typed {
  const trimmed = text.trimEnd();
  if (trimmed.trim() === '') return { is: 'nothing' };
  if (trimmed.startsWith('//')) return { is: 'message', body: trimmed.slice(1) };
  if (!trimmed.startsWith('/') || trimmed.includes('\n')) return { is: 'message', body: trimmed };
  const [, name = '', rest = ''] = /^\/(\S*)\s*(.*)$/u.exec(trimmed) ?? [];
  const command = commandCalled(name);
  return command ? { is: 'command', command, rest } : { is: 'unknown', why: unknown(name) };
}

/** What the text may become: the names of commands, then what the command offers. In full, from its beginning. */
export function offersFor(talk: Talk, text: string): readonly string[] {
  if (!text.startsWith('/') || text.startsWith('//') || text.includes('\n')) return [];
  const [, name = '', space = '', rest = ''] = /^\/(\S*)(\s*)(.*)$/u.exec(text) ?? [];
  if (space === '')
    return COMMANDS.filter((command) => command.name.startsWith(name.toLowerCase())).map(
      (command) => `/${command.name}${command.takes === '' ? '' : ' '}`,
    );
  const offers = commandCalled(name)?.offers?.(talk, rest) ?? [];
  return offers.map((offer) => `/${name} ${offer}`);
}

/** As much of the offers as they have in common; null when that is no more than there is. */
export function furthest(text: string, offers: readonly string[]): string | null {
  const whole = common(offers);
  return whole.length > text.length ? whole : null;
}

/** What to say below a command that is being typed. */
export function hintFor(text: string): string | null {
  if (!text.startsWith('/') || text.startsWith('//') || text.includes('\n')) return null;
  const [, name = ''] = /^\/(\S*)/u.exec(text) ?? [];
  const command = commandCalled(name);
  if (command) return `${usageOf(command)} – ${command.does}`;
  const begun = COMMANDS.filter((one) => one.name.startsWith(name.toLowerCase()));
  return begun.length > 0 ? begun.map((one) => `/${one.name}`).join('  ') : null;
}

function commandCalled(name: string): Command | null {
  return COMMANDS.find((command) => command.name === name.toLowerCase()) ?? null;
}

function unknown(name: string): string {
  const near = nearest(
    name,
    COMMANDS.map((command) => command.name),
  );
  const what = near === null ? '/help shows all' : `Did you mean /${near}?`;
  return `There is no command /${name}. ${what} Begin with // to send it as a message.`;
}
