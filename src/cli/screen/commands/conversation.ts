/** Commands about what others said: to answer and to react, to hold something up, and to find what was meant for one. */
import type { ChannelId, Message, OperationName } from '../../../client/index.ts';
import { printable } from '../../printable.ts';
import { mentionsIn } from '../model/mentions.ts';
import { labelOf } from '../model/room.ts';
import type { SheetRow } from '../model/state.ts';
import { refusalSentence, whyNot } from '../model/words.ts';
import { done, inRoom, no, type Answer, type Command, type Talk } from './declare.ts';
import { messageCalled } from './messages.ts';

/** What may be done to a message by its ids alone. */
type Act = Extract<OperationName, 'message.pin' | 'message.unpin'>;

/** A command about message N; what follows the number goes on to `run`. */
function onNumber(
  name: string,
  takes: string,
  does: string,
  run: (talk: Talk, message: Message, rest: string) => Promise<Answer>,
): Command {
  return {
    name,
    takes,
    does,
    run: inRoom(async (talk, room, typed) => {
      const [, number = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/u.exec(typed.trim()) ?? [];
      const found = await messageCalled(talk, room.id, number, name);
      return found.ok ? run(talk, found.value, rest) : found;
    }),
  };
}

const place = ({ channelId, id: messageId }: Message) => ({ channelId, messageId });

const edit = onNumber(
  'edit',
  'N TEXT',
  'replaces the text of your message N, or of your “last” one',
  async ({ client, people }, message, body) => {
    if (body === '') return no(`To what? /edit ${message.seq} TEXT`);
    const mentions = mentionsIn(body, people);
    const outcome = await client.call('message.edit', { ...place(message), body, mentions });
    return outcome.ok ? done() : no(refusalSentence(outcome.refusal));
  },
);

const reply = onNumber(
  'reply',
  'N TEXT',
  'answers message N, in its thread',
  async ({ client, people }, message, body) => {
    if (body === '') return no(`What? /reply ${message.seq} TEXT`);
    const mentions = mentionsIn(body, people);
    const log = client.channel(message.channelId);
    const entry = await log.send(body, { replyTo: message.id, mentions });
    const { state } = entry;
    return state.is === 'failed' ? no(`Not sent: ${whyNot(state.refusal)}.`) : done();
  },
);

const react = onNumber(
  'react',
  'N EMOJI',
  'reacts to message N; again, to take it back',
  async ({ client, me }, message, emoji) => {
    if (emoji === '') return no(`How? /react ${message.seq} 👍 or /react ${message.seq} :name:`);
    const input = { ...place(message), emoji };
    const shown = message.reactions?.find((one) => one.emoji === emoji);
    let isOwn = shown?.users.includes(me) === true;
    // A message names the first few only.
    if (shown && !isOwn && shown.count > shown.users.length) {
      const listed = await client.call('reaction.list', { ...input, limit: 1 });
      isOwn = listed.ok && listed.data.own.includes(emoji);
    }
    const outcome = isOwn
      ? await client.call('message.unreact', input)
      : await client.call('message.react', input);
    return outcome.ok ? done() : no(refusalSentence(outcome.refusal));
  },
);

function pinning(name: 'pin' | 'unpin', act: Act, does: string): Command {
  return onNumber(name, 'N', does, async ({ client }, message) => {
    const outcome = await client.call(act, place(message));
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return done(`Message ${message.seq} is ${name === 'pin' ? 'pinned' : 'no longer pinned'}.`);
  });
}

const pin = pinning('pin', 'message.pin', 'pins message N for everybody here');
const unpin = pinning('unpin', 'message.unpin', 'lets message N go');

const pins: Command = {
  name: 'pins',
  takes: '',
  does: 'shows what is pinned here',
  run: inRoom(async (talk, room) => {
    const outcome = await talk.client.call('pin.list', { channelId: room.id });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return shown(talk, `${labelOf(room)} · pinned`, outcome.data.pins, 'Nothing is pinned here.');
  }),
};

const thread = onNumber(
  'thread',
  'N',
  'shows the thread of message N: what it answers, and all the answers',
  async (talk, message) => {
    const outcome = await talk.client.call('thread.read', { ...place(message), limit: 200 });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    const { root, replies, more } = outcome.data;
    const all = root ? [root, ...replies] : replies;
    const title = `Thread of ${message.seq}${more ? ` · the newest ${replies.length}` : ''}`;
    return shown(talk, title, all, 'There is nothing in it.');
  },
);

const mentions: Command = {
  name: 'mentions',
  takes: '',
  does: 'shows where you were mentioned, in all channels',
  async run(talk) {
    const outcome = await talk.client.call('mention.list', { limit: 50 });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    const { messages } = outcome.data;
    return shown(talk, 'Where you were mentioned', messages, 'Nobody mentioned you.');
  },
};

function shown(talk: Talk, title: string, messages: readonly Message[], none: string): Answer {
  if (messages.length === 0) return done(none);
  talk.show({ title, rows: messages.map((message) => rowOf(talk, message)), offset: 0 });
  return done();
}

function rowOf(talk: Talk, { channelId, seq, authorId, body, content }: Message): SheetRow {
  const text = body === null ? content : printable(body);
  return { term: `${whereIs(talk, channelId)}${seq} ${talk.nameOf(authorId)}`, text };
}

/** Nothing for the channel that one is in. */
function whereIs({ room, mine }: Talk, channelId: ChannelId): string {
  if (room?.id === channelId) return '';
  const other = mine.find(({ id }) => id === channelId);
  return other ? `${labelOf(other)} ` : '';
}

export const CONVERSATION_COMMANDS: readonly Command[] = [
  ...[reply, thread, react, edit],
  ...[pin, unpin, pins, mentions],
];
