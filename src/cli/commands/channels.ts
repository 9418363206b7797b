/** Lists the channels that one is in or may see, with what is new in them. */
import { command } from '../command.ts';
import { allChannels } from '../find-channel.ts';
import { printable } from '../printable.ts';

export const channels = command({
  name: 'channels',
  summary: 'List the channels you are in, and the public ones.',
  calls: ['channel.list'],
  async *run(_given, desk) {
    const { me } = await desk.connected();
    const marks = desk.marks(me);
    for (const channel of await allChannels(desk)) {
      const isNew = channel.role === null ? 0 : channel.lastSeq - marks.read(channel.id);
      yield { ...channel, unread: Math.max(0, isNew) };
    }
  },
  words({ name, kind, role, archived, unread }, { bold, dim, green }) {
    const about = [kind, role ?? 'not joined', ...(archived ? ['archived'] : [])].join(', ');
    const news = unread > 0 ? ` ${green(`${unread} new`)}` : '';
    return `${bold(printable(name))} ${dim(`(${about})`)}${news}`;
  },
});
