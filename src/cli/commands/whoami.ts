/** Says who is signed in, and where. */
import { command } from '../command.ts';
import { shownName } from '../names.ts';
import { printable } from '../printable.ts';

export const whoami = command({
  name: 'whoami',
  summary: 'Say who is signed in.',
  calls: ['profile.read'],
  async *run(_given, { call, server, profile }) {
    yield { ...(await call('profile.read', {})), server, profile: profile.name };
  },
  words({ displayName, userId, email, role, workspace, server }, { bold, dim }) {
    const address = email === null ? '' : ` <${printable(email)}>`;
    const place = dim(`${role} in ${printable(workspace.name)} at ${server}`);
    return `${bold(shownName(displayName, userId))}${address}, ${place}`;
  },
});
