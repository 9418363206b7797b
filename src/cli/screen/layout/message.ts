/** A message as lines: who and when above the first of a row, the text wrapped, its number at the edge, what became of it in words. */
import type { Message, UserId } from '../../../client/index.ts';
import { printable } from '../../printable.ts';
import {
  cut,
  lineOf,
  PERSON_TONES,
  span,
  spread,
  type Line,
  type Span,
  type Tone,
} from './line.ts';
import { clockOf } from './time.ts';
import { widthOf } from './width.ts';
import { wrapped } from './wrap.ts';

/** Texts stand to the right of names, with a column between for marks: nobody can write what looks like either. */
const INDENT = '   ';
const marked = (mark: string): Span => span(` ${mark} `, 'quiet');
/** Narrower than this, the number of a message would take too much of the line. */
const NUMBERED_COLUMNS = 30;

export interface MessageParts {
  /** Columns of the timeline. */
  readonly width: number;
  readonly me: UserId;
  /** Names that can be printed as they are. */
  readonly nameOf: (userId: UserId) => string;
}

/** `Ada  09:41` */
export function headerLine(authorId: UserId, at: number, parts: MessageParts): Line {
  const name = span(parts.nameOf(authorId), toneOf(authorId));
  return cut([span(' '), name, span(`  ${clockOf(at)}`, 'quiet')], parts.width);
}

/** The same colour for the same person, on every screen: FNV-1a over the id (Fowler, Noll, Vo). */
export function toneOf(userId: UserId): Tone {
  let hash = 0x811c9dc5;
  for (const character of userId)
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return `person-${hash % PERSON_TONES}`;
}

/** The text of a message, or what stands in its place, below its header. */
export function messageLines(message: Message, parts: MessageParts): Line[] {
  const room = roomFor(parts.width);
  const body =
    message.content === 'present'
      ? bodyLines(message, room)
      : [lineOf(inItsPlace(message, parts), 'quiet')];
  const isForMe = message.mentions?.includes(parts.me) === true;
  const plain = isForMe ? span(' @ ', 'notice') : span(INDENT);
  const mark = message.content === 'present' ? plain : marked('×');
  const number = parts.width < NUMBERED_COLUMNS ? [] : [span(String(message.seq), 'quiet')];
  return body.map((line, index) =>
    index === 0 ? spread([mark, ...line], number, parts.width) : [span(INDENT), ...line],
  );
}

/** `↳ Ada: the beginning of what is answered` */
export function replyLine(replied: Message | null, parts: MessageParts): Line {
  const to = replied
    ? `${parts.nameOf(replied.authorId)}: ${replied.body === null ? '…' : printable(replied.body)}`
    : 'an older message';
  return cut([marked('↳'), span(to, 'quiet')], INDENT.length + roomFor(parts.width));
}

/** `👍 3  🎉 1  2 replies  pinned`, below the text; nothing where it would be empty. */
export function aboutLine(
  { seq, reactions = [], replies, pinned }: Message,
  width: number,
): Line[] {
  const said = reactions.map(({ emoji, count }) => `${printable(emoji)} ${count}`);
  if (replies)
    said.push(
      replies.count === 1 ? `1 reply: /thread ${seq}` : `${replies.count} replies: /thread ${seq}`,
    );
  if (pinned) said.push('pinned');
  if (said.length === 0) return [];
  return [cut([span(INDENT), span(said.join('  '), 'quiet')], INDENT.length + roomFor(width))];
}

/** What one has written oneself and is not there yet. */
export function unsentLines(body: string, parts: MessageParts, tone: Tone): Line[] {
  const text = printable(body, { newlines: 'keep' });
  return wrapped(text, roomFor(parts.width)).map((line) => [span(INDENT), span(line, tone)]);
}

/** Columns that a text may take: the indent is left of it, the number and a space are right. */
function roomFor(width: number): number {
  const number = width < NUMBERED_COLUMNS ? 0 : NUMBER_COLUMNS;
  return Math.max(1, width - INDENT.length - number);
}

/** A hundred thousand messages, and a space on both sides. Beyond, the text is cut where it is in the way. */
const NUMBER_COLUMNS = 7;

/** Wrapped texts by their messages, which are never changed: a frame asks for the same ones again and again. */
const WRAPPED = new WeakMap<Message, { readonly room: number; readonly lines: Line[] }>();

function bodyLines(message: Message, room: number): Line[] {
  const known = WRAPPED.get(message);
  if (known?.room === room) return known.lines;
  const lines = wrapped(printable(message.body ?? '', { newlines: 'keep' }), room).map((text) =>
    lineOf(text),
  );
  const last = lines.at(-1);
  if (message.editedAt !== null && last) {
    const mark = span('(edited)', 'quiet');
    const fits = widthOf(last[0]?.text ?? '') + 1 + widthOf(mark.text) <= room;
    if (fits) lines[lines.length - 1] = [...last, span(' '), mark];
    else lines.push([mark]);
  }
  WRAPPED.set(message, { room, lines });
  return lines;
}

function inItsPlace(message: Message, { me }: MessageParts): string {
  const { content, deletedBy, authorId } = message;
  if (content === 'withheld') return 'being fetched';
  if (content === 'unreadable') return 'cannot be read: its key is gone';
  if (deletedBy === null) return 'deleted';
  if (deletedBy === me) return 'deleted by you';
  return deletedBy === authorId ? 'deleted by its author' : 'deleted by a moderator';
}
