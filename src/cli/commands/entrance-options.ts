/** The options of the commands that let somebody in; none of them takes a secret. */
import { flag, text } from '../command.ts';

export const ENTERING = {
  email: text('--email <EMAIL>', 'The e-mail address; asked for if left out.'),
  passwordStdin: flag('--password-stdin', 'Read the password from standard input.'),
  passwordFile: text('--password-file <FILE>', 'Read the password from the first line of a file.'),
  workspace: text('--workspace <SLUG>', 'Which workspace, where the server has several.'),
  insecure: flag('--insecure', 'Send the password although others could read it on the way.'),
};

export const REGISTERING = {
  ...ENTERING,
  name: text('--name <NAME>', 'The name that others see; asked for if left out.'),
};
