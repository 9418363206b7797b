/** Prints the newest messages of a channel, the oldest of them first. */
import type { Message } from '../../client/index.ts';
import { command, wholeNumber, word } from '../command.ts';
import { findChannel } from '../find-channel.ts';
import { messageLine } from '../message-line.ts';
import { Names, shownName } from '../names.ts';

/** The most that one answer holds, and that may be asked for. */
const PAGE = 200;
const MOST = 10_000;
const USUAL = 50;

export const history = command({
  name: 'history',
  summary: 'Print the messages of a channel.',
  arguments: { channel: word('CHANNEL', 'Its name, the beginning of its name, or its id.') },
  options: {
    before: wholeNumber('--before <SEQ>', 'Those before this one.', Number.MAX_SAFE_INTEGER),
    limit: wholeNumber('--limit <N>', `How many at most; ${USUAL} if left out.`, MOST),
  },
  calls: ['channel.list', 'message.history', 'member.list'],
  async *run({ channel: named, before, limit = USUAL }, desk) {
    const { id: channelId, name: channel } = await findChannel(named, desk);
    const names = new Names(desk, channelId);
    const found: Message[] = [];
    for (let more = true; more && found.length < limit;) {
      const place = found[0]?.seq ?? before;
      const page = await desk.call('message.history', {
        channelId,
        limit: Math.min(PAGE, limit - found.length),
        ...(place !== undefined && { before: place }),
      });
      found.unshift(...page.messages);
      more = page.more && page.messages.length > 0;
    }
    await names.learn(found.map(({ authorId }) => authorId));
    const newest = found.at(-1);
    // A program that reads is not the person.
    if (newest && before === undefined && !desk.output.json)
      (await desk.connected()).client.readMarks.mark(channelId, newest.seq);
    for (const message of found) yield { channel, message, author: names.of(message.authorId) };
  },
  words: ({ message, author }, style) =>
    messageLine(message, shownName(author, message.authorId), style),
  json: ({ channel, message, author }) => ({ channel, author, ...message }),
});
