/** Makes a code with which somebody registers, by who may invite. */
import { command, oneOf, text, wholeNumber } from '../command.ts';
import { timeOf } from '../style.ts';

/** Everybody but `system`, which no person holds. */
const ROLES = ['user', 'moderator', 'admin', 'auditor', 'guest'] as const;

export const invitationCreate = command({
  name: 'invitation create',
  summary: 'Make a code with which one person registers.',
  options: {
    role: oneOf('--role <ROLE>', 'What they will be; user if left out.', ROLES),
    email: text('--email <ADDRESS>', 'The only address that may register with it.'),
    hours: wholeNumber('--hours <N>', 'How long it is good; 24 if left out.', 720),
  },
  calls: ['invitation.create'],
  async *run({ role = 'user', email, hours }, { call }) {
    yield await call('invitation.create', {
      role,
      ...(email !== undefined && { email }),
      ...(hours !== undefined && { expiresInHours: hours }),
    });
  },
  words: ({ role, code, expiresAt, bound }) =>
    [
      `Code for one ${role}, shown only here, good once and until ${timeOf(expiresAt)}${bound ? ', for that address alone' : ''}:`,
      code,
    ].join('\n'),
});
