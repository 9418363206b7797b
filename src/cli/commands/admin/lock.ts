/** Locks an account from where the server's settings are: its sessions end on every node, and nobody signs in to it. */
import { command, text, word } from '../../command.ts';
import { misused } from '../../failure.ts';

export const adminLock = command({
  name: 'admin lock',
  summary: 'Lock an account and end its sessions.',
  arguments: { user: word('USER', 'The id of the account, or its e-mail address.') },
  options: {
    workspace: text('--workspace <SLUG>', 'Which workspace; needed where there are several.'),
    reason: text('--reason <TEXT>', 'Why, for the audit trail.'),
  },
  calls: [],
  async *run({ user, workspace, reason }, desk) {
    if (reason === undefined) throw misused('Say why: --reason TEXT.');
    const operator = await desk.operator();
    const { userId, revoked } = await operator.lock({ workspace, user }, reason);
    yield { userId, status: 'locked', revoked };
  },
  words: ({ userId, revoked }) =>
    `Locked ${userId}; ${revoked} ${revoked === 1 ? 'session' : 'sessions'} ended.`,
});
