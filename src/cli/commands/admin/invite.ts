/** Shows, this once, a code with which one person registers in a workspace with the given role. */
import { command, oneOf, word } from '../../command.ts';

/** Everybody but `system`, which no person holds. */
const ROLES = ['user', 'moderator', 'admin', 'auditor', 'guest'] as const;

export const adminInvite = command({
  name: 'admin invite',
  summary: 'Make a code with which somebody registers in a workspace.',
  arguments: { workspace: word('WORKSPACE', 'Its slug.') },
  options: { role: oneOf('--role <ROLE>', 'What they will be; user if left out.', ROLES) },
  calls: [],
  async *run({ workspace, role = 'user' }, desk) {
    const operator = await desk.operator();
    yield { workspace, role, ...(await operator.invite(workspace, role)) };
  },
  words: ({ workspace, role, code }) =>
    [
      `Code for one ${role} in ${workspace}, shown only here, good once and for 24 hours:`,
      code,
    ].join('\n'),
});
