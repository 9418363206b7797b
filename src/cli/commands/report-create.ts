/** Brings a message to the moderators. */
import { ReportCategory } from '../../contract/index.ts';
import { command, numberWord, oneOf, text, word } from '../command.ts';
import { findChannel } from '../find-channel.ts';
import { messageAt } from '../find-message.ts';
import { printable } from '../printable.ts';

export const reportCreate = command({
  name: 'report create',
  summary: 'Report a message to the moderators; you are told what becomes of it.',
  arguments: {
    channel: word('CHANNEL', 'Its name, the beginning of its name, or its id.'),
    seq: numberWord('SEQ', 'Its number in the channel, as history prints it.'),
  },
  options: {
    as: oneOf('--as <CATEGORY>', 'What it is; other if left out.', ReportCategory.options),
    text: text('--text <TEXT>', 'What the moderators should know.'),
  },
  calls: ['channel.list', 'message.history', 'report.create'],
  async *run({ channel: named, seq, as: category = 'other', text: added }, { call }) {
    const channel = await findChannel(named, { call });
    const { id: messageId, channelId } = await messageAt(channel, seq, { call });
    const input = { channelId, messageId, category, ...(added !== undefined && { text: added }) };
    yield { channel: channel.name, seq, report: await call('report.create', input) };
  },
  words: ({ channel, seq }) => `Reported #${seq} of ${printable(channel)}.`,
  json: ({ channel, seq, report }) => ({ ...report, channel, seq }),
});
