/** A message as one line: its place, when, who and what, of which nothing can pass for another line. */
import type { Message } from '../client/index.ts';
import { printable } from './printable.ts';
import { timeOf, type Style } from './style.ts';

/** `author` is already fit for a terminal. */
export function messageLine(message: Message, author: string, { bold, dim }: Style): string {
  const { seq, at, editedAt } = message;
  const edited = editedAt !== null && message.content === 'present' ? dim(' (edited)') : '';
  return `${dim(`#${seq} ${timeOf(at)}`)} ${bold(author)}: ${textOf(message, dim)}${edited}`;
}

function textOf({ content, body }: Message, dim: Style['dim']): string {
  if (content === 'present') return printable(body ?? '');
  return dim(WITHOUT_TEXT[content]);
}

const WITHOUT_TEXT = {
  deleted: '(deleted)',
  withheld: '(not for you to read)',
  unreadable: '(cannot be read any more)',
} as const satisfies Record<Exclude<Message['content'], 'present'>, string>;
