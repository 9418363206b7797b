/** Makes the first admin of a new server, with the code that it printed, and signs in. */
import { command, text } from '../command.ts';
import { signUp } from '../entrance.ts';
import { printable } from '../printable.ts';
import { REGISTERING } from './entrance-options.ts';

export const setup = command({
  name: 'setup',
  summary: 'Become the first admin of a new server, with the code that npm start printed.',
  options: {
    ...REGISTERING,
    codeFile: text('--code-file <FILE>', 'Read the set-up code from the first line of a file.'),
  },
  calls: ['account.register', 'session.open'],
  async *run(given, desk) {
    yield await signUp(given, desk, { isFirst: true });
  },
  words: ({ email, server }) =>
    `Welcome. ${printable(email)} is the first admin of ${server}. conclave opens the chat.`,
});
