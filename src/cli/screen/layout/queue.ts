/** The moderators' queue as lines: the reports one below the other, and the chosen one in full beneath them. */
import type { Message, UserId } from '../../../client/index.ts';
import { printable } from '../../printable.ts';
import { labelOfReport, type Queued, type Report } from '../model/queue.ts';
import { cut, filled, lineOf, rule, span, type Line, type Tone } from './line.ts';
import { ageOf } from './time.ts';
import { clipped, widthOf } from './width.ts';
import { wrapped } from './wrap.ts';

export interface QueueParts {
  readonly queued: readonly Queued[];
  readonly chosen: Queued | null;
  readonly isRead: boolean;
  readonly hasMore: boolean;
  readonly why: string | null;
  readonly me: UserId;
  readonly now: number;
  /** Fit to be printed: what the channel of a report is called, and somebody in it. */
  readonly whereOf: (report: Report) => string;
  readonly nameOf: (userId: UserId, report: Report) => string;
  /** As it is now: the log of an open channel knows earlier than the queue. */
  readonly messageOf: (report: Report) => Message | null;
}

/** Narrower than this, the category is left to the chosen report's own lines. */
const WITH_CATEGORY = 56;
const COLUMNS = { label: 5, age: 8, state: 11, narrowState: 9, category: 12 };
/** Rows that the list has at least, where there are so many reports. */
const LEAST_ROWS = 3;

const WITHOUT_TEXT = {
  deleted: 'The message is deleted.',
  withheld: 'The message is not for you to read.',
  unreadable: 'The message cannot be read any more: its key is gone.',
} as const satisfies Record<Exclude<Message['content'], 'present'>, string>;

export function queueLines(parts: QueueParts, width: number, height: number): Line[] {
  const told = toldLines(parts, width);
  if (parts.queued.length === 0) return told.slice(0, height);
  const room = height - told.length;
  const most = room - Math.min(LEAST_ROWS, parts.queued.length) - 2;
  const { chosen } = parts;
  const detail = chosen && most > 1 ? detailLines(chosen, parts, width, most) : [];
  const rows = room - detail.length - (detail.length > 0 ? 1 : 0);
  const title = chosen && detail.length > 0 ? [rule(width, titleOf(chosen, parts))] : [];
  return [...told, ...listLines(parts, width, rows), ...title, ...detail];
}

/** How many there are, for the header: `2 open · 1 taken up`; nothing where there are none. */
export function countWords({ queued, hasMore }: Pick<QueueParts, 'queued' | 'hasMore'>): string {
  if (queued.length === 0) return '';
  const open = queued.filter(({ report }) => report.state === 'open').length;
  const more = hasMore ? ' · more after these' : '';
  return `${open} open · ${queued.length - open} taken up${more}`;
}

/** What can be done with the chosen report; where there is none, how to leave. */
export function keyWords({ queued }: Pick<QueueParts, 'queued'>): string {
  return queued.length === 0
    ? 'Esc goes back'
    : 'c claim, r resolve, d dismiss, x delete, m mute, g go';
}

/** What there is to say before, or in place of, the list. */
function toldLines({ queued, isRead, why }: QueueParts, width: number): Line[] {
  if (why !== null)
    return wrapped(`The reports could not be read. ${why}`, width - 2).map((text) =>
      lineOf(` ${text}`, 'alert'),
    );
  if (!isRead) return [lineOf(' The reports are on their way …', 'quiet')];
  if (queued.length > 0) return [];
  const words = 'No report waits in the channels that you look after. New ones appear here.';
  return wrapped(words, width - 2).map((text) => lineOf(` ${text}`, 'quiet'));
}

function listLines(parts: QueueParts, width: number, rows: number): Line[] {
  const { queued, chosen } = parts;
  const hasHead = rows > LEAST_ROWS;
  const room = Math.max(1, rows - (hasHead ? 1 : 0));
  const at = queued.findIndex(({ number }) => number === chosen?.number);
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), queued.length - room));
  const head = rowOf(['', 'age', 'state', 'reported as', 'message'], 'quiet', width, '   ');
  return [
    ...(hasHead ? [head] : []),
    ...queued.slice(from, from + room).map((one) => {
      const [words, tone] = stateOf(one.report, parts);
      const { category, createdAt } = one.report;
      const age = ageOf(parts.now - createdAt);
      const cells = [labelOfReport(one), age, words, category, aboutOf(one.report, parts)] as const;
      if (one !== chosen) return rowOf(cells, tone, width, '   ');
      return filled(rowOf(cells, 'selected', width, ' › '), width);
    }),
  ];
}

type Cells = readonly [label: string, age: string, state: string, category: string, about: string];

function rowOf(
  [label, age, state, category, about]: Cells,
  tone: Tone,
  width: number,
  mark: string,
) {
  const isWide = width >= WITH_CATEGORY;
  const one = tone === 'selected' ? tone : 'plain';
  const wide = isWide ? COLUMNS.state : COLUMNS.narrowState;
  const line = [
    span(
      `${mark}${cell(label, COLUMNS.label)}${cell(age, COLUMNS.age)}`,
      tone === 'quiet' ? tone : one,
    ),
    span(cell(state, wide), tone),
    span(
      `${isWide ? cell(category, COLUMNS.category) : ''}${about}`,
      tone === 'quiet' ? tone : one,
    ),
  ];
  return cut(line, width);
}

/** The text in a column of that width, with a space after it at least. */
function cell(text: string, width: number): string {
  const short = clipped(text, width - 1);
  return short + ' '.repeat(width - widthOf(short));
}

function stateOf(report: Report, { me, nameOf }: QueueParts): readonly [string, Tone] {
  const { claimedBy, state } = report;
  if (state === 'open' || claimedBy === null) return ['open', 'notice'];
  return claimedBy === me ? ['yours', 'good'] : [nameOf(claimedBy, report), 'strong'];
}

/** `#garden 7 Bob` */
function aboutOf(report: Report, parts: QueueParts): string {
  const message = parts.messageOf(report);
  const where = parts.whereOf(report);
  if (!message) return `${where}, gone`;
  return `${where} ${message.seq} ${parts.nameOf(message.authorId, report)}`;
}

function titleOf(one: Queued, parts: QueueParts): Line {
  return [span(labelOfReport(one), 'strong'), span(` · ${aboutOf(one.report, parts)}`)];
}

/** At most so many lines: the message gives way before the words about it. */
function detailLines({ report }: Queued, parts: QueueParts, width: number, most: number): Line[] {
  const about = reportWords(report, parts).flatMap(({ words, tone }) =>
    wrapped(words, width - 2).map((text) => lineOf(` ${text}`, tone)),
  );
  const kept = about.slice(0, Math.max(1, most - 1));
  const room = most - kept.length;
  const message = parts.messageOf(report);
  const said =
    message?.content === 'present' ? printable(message.body ?? '', { newlines: 'keep' }) : null;
  if (said === null) {
    const words = message ? WITHOUT_TEXT[message.content as 'deleted'] : 'The message is gone.';
    return [cut(lineOf(` ${words}`, 'quiet'), width), ...kept];
  }
  const lines = wrapped(said, width - 4).map((text) => [span(' │ ', 'quiet'), span(text)]);
  if (lines.length <= room) return [...lines, ...kept];
  return [...lines.slice(0, room - 1), lineOf(' │ …', 'quiet'), ...kept];
}

function reportWords(report: Report, parts: QueueParts) {
  const { reporterId, category, text, createdAt, claimedBy, state } = report;
  const { me, now, nameOf } = parts;
  const since = ageOf(now - createdAt);
  const ago = since === 'now' ? 'just now' : `${since} ago`;
  const who = reporterId === null ? null : reporterId === me ? 'You' : nameOf(reporterId, report);
  const words = text === null ? '.' : `: “${printable(text)}”`;
  const made =
    who === null
      ? `A filter reported it ${ago}.`
      : `${who} reported it as ${category} ${ago}${words}`;
  const holder =
    state !== 'claimed' || claimedBy === null
      ? null
      : claimedBy === me
        ? 'You have'
        : `${nameOf(claimedBy, report)} has`;
  const held = holder === null ? [] : [{ words: `${holder} taken it up.`, tone: 'good' as const }];
  return [{ words: made, tone: 'quiet' as const }, ...held];
}
