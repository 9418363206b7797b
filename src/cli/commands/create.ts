/** Makes a channel, owned by whoever is signed in. */
import { command, flag, word } from '../command.ts';
import { printable } from '../printable.ts';

export const create = command({
  name: 'create',
  summary: 'Make a channel that is yours.',
  arguments: { channel: word('NAME', 'How the channel is called.') },
  options: {
    private: flag('--private', 'For those who are added to it; nobody else sees that it exists.'),
    sinceJoin: flag('--since-join', 'Who joins reads nothing of the time before.'),
  },
  calls: ['channel.create'],
  async *run({ channel: name, private: isPrivate, sinceJoin }, { call }) {
    const kind = isPrivate ? ('private' as const) : ('public' as const);
    const historyPolicy = sinceJoin ? ('since-join' as const) : ('all' as const);
    yield await call('channel.create', { kind, name, historyPolicy });
  },
  words: ({ kind, name }) => `Made the ${kind} channel ${printable(name)}.`,
});
