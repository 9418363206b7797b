/** Posts one message, exactly once: it is kept on disk until the server has answered. */
import type { ChannelId, OutboxEntry, OutboxState, ReadMarks } from '../../client/index.ts';
import { BODY_CHARACTERS } from '../../contract/sizes.ts';
import { command, maybeWords, wholeNumber, word } from '../command.ts';
import { readAll } from '../credentials.ts';
import { Failure, misused, refusedWith } from '../failure.ts';
import { findChannel } from '../find-channel.ts';
import { printable } from '../printable.ts';
import type { Machine } from '../surroundings.ts';

/** How long to wait for an answer, in seconds. */
const PATIENCE = 30;
const LONGEST = 3_600;
/** No character takes more bytes than that in UTF-8. */
const CHARACTER_BYTES = 4;

export const send = command({
  name: 'send',
  summary: 'Send a message.',
  arguments: {
    channel: word('CHANNEL', 'Its name, the beginning of its name, or its id.'),
    text: maybeWords('TEXT', 'What to say; standard input if left out.'),
  },
  options: {
    wait: wholeNumber('--wait <SECONDS>', `How long to try; ${PATIENCE} if left out.`, LONGEST),
  },
  calls: ['channel.list', 'channel.subscribe', 'message.send'],
  async *run({ channel: named, text, wait = PATIENCE }, desk) {
    const { stdin, machine } = desk.surroundings;
    const body = text.length > 0 ? text.join(' ') : await bodyFrom(stdin);
    if (body.trim() === '') throw misused('There is nothing to send.');
    const { client } = await desk.connected({ outbox: true });
    const channel = await findChannel(named, desk);
    const entry = await client.channel(channel.id).send(body);
    const state = await settledWithin(wait * 1_000, entry, machine);
    if (state.is === 'failed') {
      await entry.discard();
      throw refusedWith(state.refusal);
    }
    if (state.is !== 'sent') throw notYet();
    markOwn(client.readMarks, channel.id, state.as.seq);
    yield { channelId: channel.id, channel: channel.name, clientId: entry.clientId, ...state.as };
  },
  words: ({ channel, seq }) => `Sent: #${seq} of ${printable(channel)}.`,
});

/** Whoever had read everything has still read everything. */
function markOwn(marks: ReadMarks, channelId: ChannelId, seq: number): void {
  if (marks.of(channelId) === seq - 1) marks.mark(channelId, seq);
}

async function bodyFrom(stdin: NodeJS.ReadStream): Promise<string> {
  const body = await readAll(stdin, BODY_CHARACTERS * CHARACTER_BYTES);
  return body.replace(/\r?\n$/, '');
}

function settledWithin(
  milliseconds: number,
  entry: OutboxEntry,
  { later }: Machine,
): Promise<OutboxState> {
  return new Promise((resolve) => {
    const callOff = later(milliseconds, () => resolve(entry.state));
    void entry.settled().then((state) => {
      callOff();
      resolve(state);
    });
  });
}

function notYet(): Failure {
  return new Failure({
    exit: 'unreachable',
    code: 'not_sent_yet',
    sentence:
      'There is no answer yet. The message is kept; the next conclave send or the chat sends it, and only once.',
  });
}
