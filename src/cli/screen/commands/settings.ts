/** Commands about what a channel is: its name, what it is about, who writes in it, and whether it goes on. */
import { CHANNEL_NAME_CHARACTERS, CHANNEL_TOPIC_CHARACTERS } from '../../../contract/index.ts';
import type { InputOf } from '../../../client/index.ts';
import { labelOf, type Room } from '../model/room.ts';
import { refusalSentence } from '../model/words.ts';
import { done, inRoom, no, type Answer, type Command, type Talk } from './declare.ts';

type Change = Omit<InputOf<'channel.update'>, 'channelId'>;

async function update({ client }: Talk, { id }: Room, change: Change, said: string) {
  const outcome = await client.call('channel.update', { channelId: id, ...change });
  return outcome.ok ? done(said) : no(refusalSentence(outcome.refusal));
}

const tooLong = (what: string, most: number, text: string): Answer | null =>
  text.length > most
    ? no(`A ${what} has ${most} characters at most; this has ${text.length}.`)
    : null;

const topic: Command = {
  name: 'topic',
  takes: '[TEXT]',
  does: 'says what this channel is about; without a text, that it is about nothing in particular',
  run: inRoom((talk, room, typed) => {
    const text = typed.trim();
    const why = tooLong('topic', CHANNEL_TOPIC_CHARACTERS, text);
    if (why) return why;
    return text === ''
      ? update(talk, room, { topic: null }, `${labelOf(room)} has no topic now.`)
      : update(talk, room, { topic: text }, `${labelOf(room)} is about that now.`);
  }),
};

const rename: Command = {
  name: 'rename',
  takes: 'NAME',
  does: 'gives this channel another name',
  run: inRoom((talk, room, typed) => {
    const name = typed.trim();
    if (name === '') return no('What shall it be called? /rename NAME');
    const why = tooLong('name', CHANNEL_NAME_CHARACTERS, name);
    return why ?? update(talk, room, { name }, `${labelOf(room)} is called ${name} now.`);
  }),
};

const readOnly: Command = {
  name: 'read-only',
  takes: '[off]',
  does: 'lets only owners and moderators write in this channel, or everybody again',
  offers: (_talk, typed) => ['off'].filter((word) => word.startsWith(typed.trim())),
  run: inRoom((talk, room, typed) => {
    const word = typed.trim();
    if (word !== '' && word !== 'off') return no('/read-only, or /read-only off');
    return word === 'off'
      ? update(talk, room, { readOnly: false }, `Its members write in ${labelOf(room)} again.`)
      : update(talk, room, { readOnly: true }, `Only its keepers write in ${labelOf(room)} now.`);
  }),
};

const archive: Command = {
  name: 'archive',
  takes: '',
  does: 'keeps this channel as it is: it is read, and nothing in it changes any more',
  run: inRoom(async ({ client }, room) => {
    const outcome = await client.call('channel.archive', { channelId: room.id });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return done(`${labelOf(room)} is archived. /unarchive opens it again.`);
  }),
};

const unarchive: Command = {
  name: 'unarchive',
  takes: '',
  does: 'opens this channel again, if it is archived',
  run: inRoom(async ({ client }, room) => {
    const outcome = await client.call('channel.unarchive', { channelId: room.id });
    return outcome.ok ? done(`${labelOf(room)} goes on.`) : no(refusalSentence(outcome.refusal));
  }),
};

export const SETTINGS_COMMANDS: readonly Command[] = [topic, rename, readOnly, archive, unarchive];
