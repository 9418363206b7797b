/** Sets a new password with the code out of the mail. */
import { command, text } from '../command.ts';
import { reset as redeem } from '../recovery.ts';
import { ENTERING } from './entrance-options.ts';

export const reset = command({
  name: 'reset',
  summary: 'Set a new password with the code out of the mail.',
  options: {
    codeFile: text('--code-file <FILE>', 'Read the code from the first line of a file.'),
    passwordStdin: ENTERING.passwordStdin,
    passwordFile: ENTERING.passwordFile,
    insecure: ENTERING.insecure,
  },
  calls: ['password.reset'],
  async *run(given, desk) {
    yield await redeem(given, desk);
  },
  words: () =>
    'The password is set, and every device is signed out. Sign in with: conclave sign-in',
});
