/** Joins a public channel. */
import { command, word } from '../command.ts';
import { findChannel } from '../find-channel.ts';
import { printable } from '../printable.ts';

export const join = command({
  name: 'join',
  summary: 'Join a public channel.',
  arguments: { channel: word('CHANNEL', 'Its name, the beginning of its name, or its id.') },
  calls: ['channel.list', 'member.join'],
  async *run({ channel: named }, desk) {
    const channel = await findChannel(named, desk);
    yield { channel, member: await desk.call('member.join', { channelId: channel.id }) };
  },
  words: ({ channel, member }) => `You are in ${printable(channel.name)} as ${member.role}.`,
  json: ({ channel: { id, name }, member }) => ({ channelId: id, channel: name, ...member }),
});
