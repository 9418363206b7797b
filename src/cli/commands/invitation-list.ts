/** Lists the invitations that somebody can still register with. */
import type { InputOf, OutputOf } from '../../client/index.ts';
import { command } from '../command.ts';
import { timeOf } from '../style.ts';

type Page = OutputOf<'invitation.list'>;

export const invitationList = command({
  name: 'invitation list',
  summary: 'List invitations that can still be used: your own, or all for admins.',
  calls: ['invitation.list'],
  async *run(_given, { call }) {
    for (let after: Page['next'] | undefined; after !== null;) {
      const input: InputOf<'invitation.list'> = { ...(after && { after }) };
      const page: Page = await call('invitation.list', input);
      yield* page.invitations;
      after = page.next;
    }
  },
  words: ({ id, role, bound, expiresAt }, { dim }) =>
    `${id}  ${role.padEnd(9)}  ${dim(`until ${timeOf(expiresAt)}${bound ? ', for one address' : ''}`)}`,
});
