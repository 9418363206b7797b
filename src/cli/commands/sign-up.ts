/** Makes an account and signs in. */
import { command, text } from '../command.ts';
import { signUp as enter } from '../entrance.ts';
import { printable } from '../printable.ts';
import { REGISTERING } from './entrance-options.ts';

export const signUp = command({
  name: 'sign-up',
  summary: 'Make an account and sign in.',
  options: {
    ...REGISTERING,
    codeFile: text('--code-file <FILE>', 'Read an invitation from the first line of a file.'),
  },
  calls: ['account.register', 'session.open'],
  async *run(given, desk) {
    yield await enter(given, desk, { isFirst: false });
  },
  words: ({ email, server }) => `Signed in as ${printable(email)} at ${server}.`,
});
