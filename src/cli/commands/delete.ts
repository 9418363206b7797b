/** Removes the text of a message for good, with a reason that the audit trail keeps. */
import { command, numberWord, text, word } from '../command.ts';
import { Failure, misused } from '../failure.ts';
import { findChannel } from '../find-channel.ts';
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
    const channelId = channel.id;
    const page = await call('message.history', { channelId, before: seq + 1, limit: 1 });
    const message = page.messages.find((one) => one.seq === seq);
    if (!message) throw noMessage(seq, channel.name);
    yield {
      channel: channel.name,
      message: await call('message.delete', { channelId, messageId: message.id, reason }),
    };
  },
  words: ({ channel, message }) => `Deleted #${message.seq} of ${printable(channel)}.`,
  json: ({ channel, message }) => ({ channel, ...message }),
});

function noMessage(seq: number, channel: string): Failure {
  const sentence = `There is no message #${seq} in ${printable(channel)} that you can see.`;
  return new Failure({ exit: 'refused', code: 'not_found', sentence });
}
