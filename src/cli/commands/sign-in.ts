/** Signs in and keeps the session on this machine. */
import { command } from '../command.ts';
import { signIn as enter } from '../entrance.ts';
import { printable } from '../printable.ts';
import { ENTERING } from './entrance-options.ts';

export const signIn = command({
  name: 'sign-in',
  summary: 'Sign in.',
  options: ENTERING,
  calls: ['session.open'],
  async *run(given, desk) {
    yield await enter(given, desk);
  },
  words: ({ email, server }) => `Signed in as ${printable(email)} at ${server}.`,
});
