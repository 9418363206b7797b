/** Lists who is in a channel. */
import type { UserId } from '../../client/index.ts';
import { command, word } from '../command.ts';
import { findChannel } from '../find-channel.ts';
import { shownName } from '../names.ts';
import { timeOf } from '../style.ts';

export const members = command({
  name: 'members',
  summary: 'List who is in a channel.',
  arguments: { channel: word('CHANNEL', 'Its name, the beginning of its name, or its id.') },
  calls: ['channel.list', 'member.list'],
  async *run({ channel: named }, { call }) {
    const { id: channelId } = await findChannel(named, { call });
    for (let after: UserId | null | undefined; after !== null;) {
      const page = await call('member.list', { channelId, ...(after && { after }) });
      yield* page.members;
      after = page.next;
    }
  },
  words({ displayName, userId, role, joinedAt }, { bold, dim }) {
    const since = dim(`(${role ?? 'left'}, since ${timeOf(joinedAt)})`);
    return `${bold(shownName(displayName, userId))} ${since}`;
  },
});
