/** Leaves a channel. */
import { command, word } from '../command.ts';
import { findChannel } from '../find-channel.ts';
import { printable } from '../printable.ts';

export const leave = command({
  name: 'leave',
  summary: 'Leave a channel.',
  arguments: { channel: word('CHANNEL', 'Its name, the beginning of its name, or its id.') },
  calls: ['channel.list', 'member.leave'],
  async *run({ channel: named }, desk) {
    const channel = await findChannel(named, desk);
    yield { channel, member: await desk.call('member.leave', { channelId: channel.id }) };
  },
  words: ({ channel }) => `You left ${printable(channel.name)}.`,
  json: ({ channel: { id, name }, member }) => ({ channelId: id, channel: name, ...member }),
});
