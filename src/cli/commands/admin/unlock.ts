/** Puts an account that was locked or deactivated into use again; its owner signs in anew. */
import { command, text, word } from '../../command.ts';

export const adminUnlock = command({
  name: 'admin unlock',
  summary: 'Put a locked or deactivated account into use again.',
  arguments: { user: word('USER', 'The id of the account, or its e-mail address.') },
  options: {
    workspace: text('--workspace <SLUG>', 'Which workspace; needed where there are several.'),
    reason: text('--reason <TEXT>', 'Why, for the audit trail.'),
  },
  calls: [],
  async *run({ user, workspace, reason }, desk) {
    const operator = await desk.operator();
    const { userId, before } = await operator.unlock({ workspace, user }, reason);
    yield { userId, status: 'active', before };
  },
  words: ({ userId, before }) => `${userId} is active; it was ${before}.`,
});
