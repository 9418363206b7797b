/** Commands of moderation: to report a message, to see what was reported, to mute and to ban. */
import type { ChannelId, InputOf, OutputOf } from '../../../client/index.ts';
import { ReportCategory } from '../../../contract/index.ts';
import { printable } from '../../printable.ts';
import { labelOf } from '../model/room.ts';
import { refusalSentence } from '../model/words.ts';
import { done, inRoom, no, type Command, type Talk } from './declare.ts';
import { messageCalled } from './messages.ts';
import { beginningNames, personIn } from './people.ts';

const report: Command = {
  name: 'report',
  takes: 'N [category] [words]',
  does: `brings message N to the moderators: ${ReportCategory.options.join(', ')}`,
  run: inRoom(async (talk, room, typed) => {
    const [number = '', ...words] = typed.trim().split(/\s+/u);
    if (!/^#?\d+$/u.test(number)) return no('Which one? /report N [category] [words]');
    const found = await messageCalled(talk, room.id, number, 'report');
    if (!found.ok) return found;
    const named = ReportCategory.safeParse(words[0]);
    const text = words.slice(named.success ? 1 : 0).join(' ');
    const outcome = await talk.client.call('report.create', {
      channelId: room.id,
      messageId: found.value.id,
      category: named.data ?? 'other',
      ...(text !== '' && { text }),
    });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return done(`Message ${found.value.seq} is reported. You are told what becomes of it.`);
  }),
};

const reports: Command = {
  name: 'reports',
  takes: '',
  does: 'shows what was reported in this channel and is not decided',
  run: inRoom(async (talk, room) => {
    const listed: OutputOf<'report.list'>['reports'] = [];
    for (const state of ['open', 'claimed'] as const) {
      const outcome = await talk.client.call('report.list', { channelId: room.id, state });
      if (!outcome.ok) return no(refusalSentence(outcome.refusal));
      listed.push(...outcome.data.reports);
    }
    const rows = listed.map(({ message, state, category, reporterId, text }) => {
      const who = reporterId === null ? 'a filter' : talk.nameOf(reporterId);
      const said = message?.body ?? `(${message?.content ?? 'gone'})`;
      const more = text === null ? '' : ` · “${printable(text)}”`;
      const term = message === null ? '–' : `${message.seq} ${talk.nameOf(message.authorId)}`;
      return { term, text: `${state} · ${category} by ${who}${more} · ${printable(said)}` };
    });
    const count = `${rows.length} ${rows.length === 1 ? 'report' : 'reports'}`;
    talk.show({ title: `${labelOf(room)} · ${count}`, rows, offset: 0 });
    return done();
  }),
};

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time like `30m` or `2d` at the beginning, and the reason after it. */
function timeAndReason(typed: string): { readonly durationMs?: number; readonly reason: string } {
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
  report,
  reports,
  imposing('mute', 'lets somebody read and not write here', 'is muted in'),
  lifting('unmute', 'mute', 'lets somebody write here again'),
  imposing('ban', 'removes somebody from this channel and keeps them out', 'is banned from'),
  lifting('unban', 'ban', 'lets somebody be in this channel again'),
];
