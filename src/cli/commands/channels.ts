/** Lists the channels that one is in or may see, with what is new in them. */
import { command } from '../command.ts';
import { allChannels } from '../find-channel.ts';
import { printable } from '../printable.ts';

export const channels = command({
  name: 'channels',
  summary: 'List the channels you are in, and the public ones.',
  calls: ['channel.list'],
  async *run(_given, desk) {
    yield* await allChannels(desk);
  },
  words({ name, kind, role, archived, unread }, { bold, dim, green }) {
    const about = [kind, role ?? 'not joined', ...(archived ? ['archived'] : [])].join(', ');
    const news = unread > 0 ? ` ${green(`${unread} new`)}` : '';
    return `${bold(printable(name))} ${dim(`(${about})`)}${news}`;
  },
});
