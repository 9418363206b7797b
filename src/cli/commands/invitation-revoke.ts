/** Takes an invitation back before anybody registered with it. */
import { command, word } from '../command.ts';

export const invitationRevoke = command({
  name: 'invitation revoke',
  summary: 'Take back an invitation that nobody has used yet.',
  arguments: { invitation: word('ID', 'Its id, as invitation list shows it.') },
  calls: ['invitation.revoke'],
  async *run({ invitation }, { call }) {
    yield await call('invitation.revoke', { invitationId: invitation });
  },
  words: ({ id }) => `Took back the invitation ${id}.`,
});
