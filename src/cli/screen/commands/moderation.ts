/** Commands about people whom moderators hold: to mute and to ban, and to let go again. */
import type { ChannelId, InputOf } from '../../../client/index.ts';
import { labelOf } from '../model/room.ts';
import { refusalSentence } from '../model/words.ts';
import { done, inRoom, no, type Command, type Talk } from './declare.ts';
import { beginningNames, personIn } from './people.ts';

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time like `30m` or `2d` at the beginning, and the reason after it. */
export function timeAndReason(typed: string): {
  readonly durationMs?: number;
  readonly reason: string;
} {
  const [, count, unit, rest = ''] = /^(\d{1,4})([smhd])(?:\s+(.*))?$/su.exec(typed) ?? [];
  if (count === undefined || unit === undefined) return { reason: typed };
  return { durationMs: Number(count) * UNITS[unit as keyof typeof UNITS], reason: rest };
}

function imposing(name: 'mute' | 'ban', does: string, said: string): Command {
  const takes = 'NAME [time, as 30m or 2d] REASON';
  return {
    name,
    takes,
    does,
    offers: beginningNames,
    run: inRoom(async (talk, room, typed) => {
      if (typed.trim() === '') return no(`Whom? /${name} ${takes}`);
      const meant = personIn(typed, talk.people);
      if (!meant.ok) return meant;
      const how = timeAndReason(meant.rest);
      if (how.reason === '') return no(`Why? They are told. /${name} ${takes}`);
      const { userId } = meant.person;
      const input: InputOf<'member.mute'> = { channelId: room.id, userId, ...how };
      const outcome = await talk.client.call(`member.${name}`, input);
      if (!outcome.ok) return no(refusalSentence(outcome.refusal));
      return done(`${meant.person.name} ${said} ${labelOf(room)}.`);
    }),
  };
}

function lifting(name: 'unmute' | 'unban', kind: 'mute' | 'ban', does: string): Command {
  return {
    name,
    takes: 'NAME',
    does,
    run: inRoom(async (talk, room, typed) => {
      if (typed.trim() === '') return no(`Whom? /${name} NAME`);
      const held = await heldIn(talk, room.id, kind);
      if (!held.ok) return held;
      const meant = personIn(typed, held.value);
      if (!meant.ok) return meant;
      const input = { channelId: room.id, userId: meant.person.userId };
      const outcome = await talk.client.call(`member.${name}`, input);
      if (!outcome.ok) return no(refusalSentence(outcome.refusal));
      return done(`${meant.person.name} is no longer held in ${labelOf(room)}.`);
    }),
  };
}

/** Whoever is muted or banned there as far back as the log's newest page: they need not be in the channel. */
async function heldIn(talk: Talk, channelId: ChannelId, kind: 'mute' | 'ban') {
  const log = await talk.client.call('moderation.log', { channelId, limit: 200 });
  if (!log.ok) return no(refusalSentence(log.refusal));
  const acts = log.data.acts.filter((act) => act.kind === kind && act.endedAt === null);
  const value = acts.map(({ userId }) => ({ userId, name: talk.nameOf(userId) }));
  return { ok: true, value } as const;
}

export const MODERATION_COMMANDS: readonly Command[] = [
  imposing('mute', 'lets somebody read and not write here', 'is muted in'),
  lifting('unmute', 'mute', 'lets somebody write here again'),
  imposing('ban', 'removes somebody from this channel and keeps them out', 'is banned from'),
  lifting('unban', 'ban', 'lets somebody be in this channel again'),
];
