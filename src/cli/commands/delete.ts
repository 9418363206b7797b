/** Removes the text of a message for good, with a reason that the audit trail keeps. */
import { command, numberWord, text, word } from '../command.ts';
import { misused } from '../failure.ts';
import { findChannel } from '../find-channel.ts';
import { messageAt } from '../find-message.ts';
import { printable } from '../printable.ts';

export const remove = command({
  name: 'delete',
  summary: 'Delete a message for good.',
  arguments: {
    channel: word('CHANNEL', 'Its name, the beginning of its name, or its id.'),
    seq: numberWord('SEQ', 'Its number in the channel, as history prints it.'),
  },
  options: { reason: text('--reason <TEXT>', 'Why; needed.') },
  calls: ['channel.list', 'message.history', 'message.delete'],
  async *run({ channel: named, seq, reason }, { call }) {
    if (!reason?.trim()) throw misused('Give a --reason.');
    const channel = await findChannel(named, { call });
    const { id: messageId, channelId } = await messageAt(channel, seq, { call });
    yield {
      channel: channel.name,
      message: await call('message.delete', { channelId, messageId, reason }),
    };
  },
  words: ({ channel, message }) => `Deleted #${message.seq} of ${printable(channel)}.`,
  json: ({ channel, message }) => ({ channel, ...message }),
});
