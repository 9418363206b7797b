/** Asks for a mail with a code to set a new password. */
import { command, text } from '../command.ts';
import { printable } from '../printable.ts';
import { requestReset as ask } from '../recovery.ts';
import { ENTERING } from './entrance-options.ts';

export const requestReset = command({
  name: 'request-reset',
  summary: 'Ask for a mail with a code to set a new password.',
  options: {
    email: text('--email <EMAIL>', 'The e-mail address of the account; asked for if left out.'),
    workspace: ENTERING.workspace,
  },
  calls: ['password.request-reset'],
  async *run(given, desk) {
    yield await ask(given, desk);
  },
  words: ({ email }) =>
    `If ${printable(email)} has an account, a mail with a code is on its way. Then: conclave reset`,
});
