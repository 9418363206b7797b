/** Commands about people: who is in a channel, who comes, who has to go. */
import type { OwnPresence } from '../../../client/index.ts';
import { leading } from '../model/matching.ts';
import type { SheetRow } from '../model/state.ts';
import { refusalSentence } from '../model/words.ts';
import { labelOf } from '../model/room.ts';
import { printable } from '../../printable.ts';
import { done, inRoom, no, type Command, type Listed, type Person, type Talk } from './declare.ts';
import { shortId } from '../talk/names.ts';

/** Members of whom it is asked whether they are present, when all are listed. */
const SHOWN = 200;
const SEEN_AS = {
  online: 'online',
  busy: 'busy',
  away: 'away',
  invisible: 'offline, unless you are present elsewhere',
} as const satisfies Record<OwnPresence, string>;
const OWN = Object.keys(SEEN_AS) as readonly OwnPresence[];

const invite: Command = {
  name: 'invite',
  takes: 'EMAIL',
  does: 'brings somebody of this workspace into this channel',
  run: inRoom(async ({ client }, room, typed) => {
    const email = typed.trim();
    if (!email.includes('@')) return no('Whom? /invite EMAIL');
    const found = await client.call('user.find', { email });
    if (!found.ok)
      return found.refusal.code === 'not_found'
        ? no('Nobody in this workspace has that address.')
        : no(refusalSentence(found.refusal));
    const { userId, displayName } = found.data;
    const added = await client.call('member.add', { channelId: room.id, userId });
    if (!added.ok) return no(refusalSentence(added.refusal));
    return done(`${printable(displayName ?? shortId(userId))} is in ${labelOf(room)} now.`);
  }),
};

const members: Command = {
  name: 'members',
  takes: '',
  does: 'shows who is in this channel',
  run: inRoom(async (talk, room) => {
    const listed = await talk.members();
    if (!listed.ok) return listed;
    const ids = listed.value.slice(0, SHOWN).map(({ userId }) => userId);
    await talk.client.presence.read(ids); // a no shows nobody as present, and that is all
    const rows = listed.value.map((member) => rowOf(talk, member));
    const count = `${rows.length} ${rows.length === 1 ? 'person' : 'people'}`;
    talk.show({ title: `${labelOf(room)} · ${count}`, rows, offset: 0 });
    return done();
  }),
};

function rowOf(talk: Talk, { userId, role }: Listed): SheetRow {
  const you = userId === talk.me ? ' (you)' : '';
  const state = talk.client.presence.of(userId);
  const words = state === null || state === 'offline' || state === 'unknown' ? [] : [state];
  const text = [role ?? 'member', shortId(userId), ...words].join(' · ');
  return { term: `${talk.nameOf(userId)}${you}`, text };
}

const presence: Command = {
  name: 'presence',
  takes: 'online, busy, away or invisible',
  does: 'says how present you are; invisible looks to others as if you were not here',
  offers: (_talk, typed) => OWN.filter((state) => state.startsWith(typed.trim())),
  run({ client }, typed) {
    const state = OWN.find((one) => one === typed.trim());
    if (!state) return no(`How present? /presence ${OWN.join(', ')}`);
    client.presence.set(state);
    return done(`Others who share a channel with you see you as ${SEEN_AS[state]}.`);
  },
};

/** Others in the channel whose names begin like that. */
export function beginningNames({ people, me }: Talk, typed: string): readonly string[] {
  return people
    .filter(({ userId }) => userId !== me)
    .map(({ name }) => name)
    .filter((name) => name.toLowerCase().startsWith(typed.trimStart().toLowerCase()));
}

const remove: Command = {
  name: 'remove',
  takes: 'NAME [reason]',
  does: 'removes somebody from this channel',
  offers: beginningNames,
  run: inRoom(async (talk, room, typed) => {
    if (typed.trim() === '') return no('Whom? /remove NAME [reason]');
    const meant = personIn(typed, talk.people);
    if (!meant.ok) return meant;
    const { person, rest: reason } = meant;
    if (person.userId === talk.me) return no('That is you. /leave leaves the channel.');
    const outcome = await talk.client.call('member.remove', {
      channelId: room.id,
      userId: person.userId,
      ...(reason !== '' && { reason }),
    });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return done(`${person.name} was removed from ${labelOf(room)}.`);
  }),
};

/** By name, or by the short id that tells people of the same name apart. */
export function personIn(typed: string, people: readonly Person[]) {
  const byId = people.map((person) => ({ person, name: shortId(person.userId) }));
  const id = leading(typed, byId);
  if (id.is === 'one') return { ok: true, person: id.found.person, rest: id.rest } as const;
  const match = leading(typed, people);
  if (match.is === 'one') return { ok: true, person: match.found, rest: match.rest } as const;
  if (match.is === 'none') return no('Nobody of that name is in this channel. /members shows who.');
  const ids = match.found.map(({ userId }) => shortId(userId)).join(', ');
  return no(`Several people are called so. Name one by the id that /members shows: ${ids}.`);
}

export const PEOPLE_COMMANDS: readonly Command[] = [invite, members, remove, presence];
