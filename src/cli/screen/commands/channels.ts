/** Commands about channels: which there are, coming and going. */
import { CHANNEL_NAME_CHARACTERS } from '../../../contract/index.ts';
import { named, nearest } from '../model/matching.ts';
import { labelOf, type Room } from '../model/room.ts';
import { refusalSentence } from '../model/words.ts';
import { done, inRoom, no, type Answer, type Command, type Talk } from './declare.ts';

/** A name as it was typed, with or without the mark it is shown with. */
const bare = (typed: string) => typed.trim().replace(/^[#*@](?=.)/u, '');

function beginning(rooms: readonly Room[], typed: string): string[] {
  const begin = bare(typed).toLowerCase();
  return rooms.map(({ name }) => name).filter((name) => name.toLowerCase().startsWith(begin));
}

/** What to say of a name that means no channel, or more than one. */
function unclear(typed: string, rooms: readonly Room[], where: string): Answer {
  const match = named(bare(typed), rooms);
  if (match.is === 'many') {
    const labels = match.found.map((room) => `${labelOf(room)} (${room.id.slice(-8)})`);
    return no(`Several are meant by that: ${labels.join(', ')}.`);
  }
  const near = nearest(
    bare(typed),
    rooms.map(({ name }) => name),
  );
  return no(`${where} called “${bare(typed)}”.${near === null ? '' : ` Did you mean ${near}?`}`);
}

/** The one that is meant: by its name, the beginning of it, or the end of its id. */
function meant(typed: string, rooms: readonly Room[]): Room | null {
  const match = named(bare(typed), rooms);
  if (match.is === 'one') return match.found;
  return rooms.find(({ id }) => bare(typed).length >= 8 && id.endsWith(bare(typed))) ?? null;
}

const join: Command = {
  name: 'join',
  takes: 'NAME',
  does: 'joins a public channel',
  offers: ({ others }, typed) => beginning(others, typed),
  async run(talk, typed) {
    if (bare(typed) === '') return no('Which channel? /join NAME');
    const own = named(bare(typed), talk.mine);
    const room = meant(typed, talk.others);
    if (!room && own.is === 'one') {
      await talk.enter(own.found.id);
      return done();
    }
    if (!room) return unclear(typed, talk.others, 'There is no public channel');
    const outcome = await talk.client.call('member.join', { channelId: room.id });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    await talk.enter(room.id);
    return done(`You joined ${labelOf(room)}.`);
  },
};

const SETTINGS = ['private', 'since-join'] as const;

const create: Command = {
  name: 'create',
  takes: 'NAME [private] [since-join]',
  does: 'makes a channel; “private” is by invitation, “since-join” shows newcomers nothing older',
  offers: (_talk, typed) => {
    const { name, settings } = parsedCreate(typed);
    if (name === '' || !/\s\S*$/u.test(typed)) return [];
    const word = /\S*$/u.exec(typed)?.[0] ?? '';
    const before = typed.slice(0, typed.length - word.length);
    return SETTINGS.filter((one) => one.startsWith(word) && !settings.has(one)).map(
      (one) => `${before}${one}`,
    );
  },
  async run(talk, typed) {
    const { name, settings } = parsedCreate(typed);
    if (name === '') return no('What shall it be called? /create NAME [private] [since-join]');
    if (name.length > CHANNEL_NAME_CHARACTERS)
      return no(
        `A name has ${CHANNEL_NAME_CHARACTERS} characters at most; this has ${name.length}.`,
      );
    const outcome = await talk.client.call('channel.create', {
      kind: settings.has('private') ? 'private' : 'public',
      name,
      historyPolicy: settings.has('since-join') ? 'since-join' : 'all',
    });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    await talk.enter(outcome.data.id);
    const more = settings.has('private') ? ' /invite EMAIL brings people in.' : '';
    return done(`You made the channel ${name}.${more}`);
  },
};

/** The settings are the last words; everything before them is the name. */
function parsedCreate(typed: string) {
  const words = typed.trim().split(/\s+/u);
  const settings = new Set<string>();
  for (let last = words.at(-1); last !== undefined && isSetting(last); last = words.at(-1)) {
    settings.add(last);
    words.pop();
  }
  return { name: bare(words.join(' ')), settings };
}

const isSetting = (word: string) => (SETTINGS as readonly string[]).includes(word);

const go: Command = {
  name: 'go',
  takes: 'NAME',
  does: 'goes to a channel you are in',
  offers: ({ mine }, typed) => beginning(mine, typed),
  async run(talk, typed) {
    if (bare(typed) === '') return no('Where to? /go NAME');
    const room = meant(typed, talk.mine);
    if (room) {
      await talk.enter(room.id);
      return done();
    }
    const other = named(bare(typed), talk.others);
    if (other.is === 'one')
      return no(`You are not in ${labelOf(other.found)}. /join ${other.found.name}`);
    return unclear(typed, talk.mine, 'You are in no channel');
  },
};

const leave: Command = {
  name: 'leave',
  takes: '',
  does: 'leaves this channel',
  run: inRoom(async (talk: Talk, room) => {
    talk.expectEnd(room.id, true);
    const outcome = await talk.client.call('member.leave', { channelId: room.id });
    if (outcome.ok) return done(`You left ${labelOf(room)}.`);
    talk.expectEnd(room.id, false);
    return no(refusalSentence(outcome.refusal));
  }),
};

export const CHANNEL_COMMANDS: readonly Command[] = [join, create, go, leave];
