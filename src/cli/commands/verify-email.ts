/** Proves one's e-mail address with the code out of the mail. */
import { command, text } from '../command.ts';
import { verifyEmail as redeem } from '../recovery.ts';

export const verifyEmail = command({
  name: 'verify-email',
  summary: 'Prove your e-mail address with the code out of the mail.',
  options: {
    codeFile: text('--code-file <FILE>', 'Read the code from the first line of a file.'),
  },
  calls: ['email.verify'],
  async *run(given, desk) {
    yield await redeem(given, desk);
  },
  words: () => 'The address is proved.',
});
