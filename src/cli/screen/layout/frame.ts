/** Everything on the screen as lines, each where it belongs: the whole of what is painted, decided without painting anything. */
import type { Channel, ChannelLog, UserId } from '../../../client/index.ts';
import { BODY_CHARACTERS } from '../../../contract/index.ts';
import { printable } from '../../printable.ts';
import { labelOf, type Room } from '../model/room.ts';
import { composerOf, type ScreenState } from '../model/state.ts';
import type { Place as Spot } from '../terminal/painter.ts';
import type { Size } from '../terminal/terminal.ts';
import { composerLines, type ComposerLines } from './composer.ts';
import { cut, lineOf, rule, span, spread, type Line } from './line.ts';
import { columnsFor, composerRows, isTooSmall, LEAST, planFor } from './plan.ts';
import { countWords, keyWords, queueLines, type QueueParts } from './queue.ts';
import { pickerLines, sheetLines } from './sheet.ts';
import { sidebarLines } from './sidebar.ts';
import { bannerText, statusLine, type StatusParts } from './status.ts';
import { Timeline, type TimelineParts } from './timeline.ts';
import { placeBelow, visible, type Place, type Visible } from './viewport.ts';
import { wrapped } from './wrap.ts';

export interface FrameParts {
  readonly size: Size;
  readonly state: ScreenState;
  readonly me: UserId;
  /** The name of the workspace, or what stands for it. */
  readonly title: string;
  readonly rooms: readonly Room[];
  readonly room: Room | null;
  /** How far the current channel is read. */
  readonly log: ChannelLog['state'] | null;
  readonly people: number | null;
  /** What those are called who are writing there. */
  readonly typing: readonly string[];
  readonly status: StatusParts;
  readonly conversation: Omit<TimelineParts, 'width' | 'unreadAfter'>;
  /** What to say where there is no channel. */
  readonly invitation: string;
  /** What goes on by itself; why one may not send what one writes, and until when. */
  readonly standing: readonly string[];
  /** Below a command that is being typed. */
  readonly hint: string | null;
  readonly finds: readonly Room[];
  /** While it is open. */
  readonly queue: QueueParts | null;
}

export interface Frame {
  readonly size: Size;
  /** Columns of the list of channels, with its border; 0 where it is hidden. */
  readonly sidebarColumns: number;
  readonly sidebar: readonly Line[];
  /** From top to bottom, as many as there are rows above the status line. */
  readonly main: readonly Line[];
  readonly status: Line;
  readonly cursor: Spot | null;
  /** What is seen of the conversation; null where something else stands in its place. */
  readonly seen: SeenConversation | null;
  /** Rows of the conversation. */
  readonly height: number;
}

export interface SeenConversation {
  readonly place: Place | 'unread';
  readonly visible: Visible;
  /** To scroll in what is seen, not in what has come since. */
  readonly timeline: Timeline;
}

/** From so many characters on, it is shown how many there may be. */
const COUNTED = BODY_CHARACTERS - 1_000;
const PROMPT = '> ';
const PICKER_PROMPT = 'Go to: ';
const FIRST_HINT = '/help shows what can be done';
/** What Tab offers is shown from so many before the chosen one. */
const OFFERS_BEFORE = 3;
/** Lines of a notice, or of a hint. */
const HINT_ROWS = 4;

export function frameOf(parts: FrameParts): Frame {
  const { size, state } = parts;
  if (isTooSmall(size)) return tooSmall(size);
  const { main: width, sidebar } = columnsFor(size);
  const composer = composerFor(parts, width);
  const hints = [...standingLines(parts, width), ...hintLines(parts, width)].slice(
    0,
    Math.max(1, Math.min(HINT_ROWS, size.rows - 9)),
  );
  const banner = bannerText(parts.status);
  const bannerRows = banner === null ? [] : [cut(lineOf(` ${banner}`, 'notice'), width)];
  const taken = bannerRows.length + hints.length + composer.lines.length;
  const plan = planFor(size, taken);
  const middle = middleOf(parts, width, plan.timeline);
  const above = [
    headerLine(parts, width),
    ...(plan.hasHeaderRule ? [rule(width)] : []),
    ...bannerRows,
    ...padded(middle.lines, plan.timeline, middle.isLow),
    rule(width, below(middle.seen?.visible ?? null, parts), counter(state)),
    ...hints,
  ];
  const inner = Math.max(0, sidebar - 1);
  const rows = rowsOf(parts, middle.seen?.visible.isAtEnd ?? false);
  return {
    size,
    sidebarColumns: sidebar,
    sidebar: sidebar === 0 ? [] : sidebarLines(parts.title, rows, inner, size.rows - 1),
    main: [...above, ...composer.lines],
    status: statusLine(parts.status, size.columns),
    cursor: {
      row: above.length + composer.cursor.row,
      column: sidebar + composer.cursor.column,
    },
    seen: middle.seen,
    height: plan.timeline,
  };
}

function tooSmall(size: Size): Frame {
  const words = `This window is too small: ${LEAST.columns} columns and ${LEAST.rows} rows are needed.`;
  const lines = wrapped(words, size.columns).map((text) => lineOf(text));
  const main = lines.slice(0, Math.max(0, size.rows - 1));
  const none = { sidebarColumns: 0, sidebar: [], status: [], cursor: null, seen: null, height: 0 };
  return { size, main, ...none };
}

/** What is on the screen is being read: the channel that is seen to its end has nothing unread. */
function rowsOf({ rooms, state }: FrameParts, isRead: boolean) {
  return rooms.map((one) => ({
    label: labelOf(one),
    unread: isRead && one.id === state.current ? 0 : one.unread,
    hasFailed: one.hasFailed,
    isCurrent: one.id === state.current,
  }));
}

function headerLine({ room, people, log, title, queue }: FrameParts, width: number): Line {
  if (queue) {
    const left = [span(' '), span('Reports', 'strong'), span(`  ${countWords(queue)}`, 'quiet')];
    return spread(left, [span('? keys, Esc goes back ', 'quiet')], width);
  }
  if (!room) return cut(lineOf(` ${title}`, 'strong'), width);
  const { kind, topic, historyPolicy, readOnly, archived, role }: Channel = room.channel;
  const facts = [
    ...(kind === 'public' ? [] : [kind]),
    ...(historyPolicy === 'since-join' ? ['history since joining'] : []),
    ...(readOnly ? ['read-only'] : []),
    ...(archived ? ['archived'] : []),
    ...(people === null ? [] : [people === 1 ? '1 person' : `${people} people`]),
    ...(role === null || role === 'member' ? [] : [`you are ${role}`]),
    ...(topic === null ? [] : [printable(topic)]),
  ];
  const state = log?.is === 'loading' ? 'loading …' : log?.is === 'behind' ? 'catching up …' : '';
  const left = [span(' '), span(labelOf(room), 'strong'), span(`  ${facts.join(' · ')}`, 'quiet')];
  return spread(left, state === '' ? [] : [span(`${state} `, 'notice')], width);
}

function middleOf(parts: FrameParts, width: number, height: number) {
  const { state, finds, room } = parts;
  if (state.picker) {
    const names = finds.map((one) => `${labelOf(one)}${one.unread > 0 ? `  ${one.unread}` : ''}`);
    const { chosen } = state.picker;
    return { lines: pickerLines('Go to a channel', names, chosen, width, height), seen: null };
  }
  if (state.sheet) return { lines: sheetLines(state.sheet, width, height).lines, seen: null };
  if (parts.queue) return { lines: queueLines(parts.queue, width, height), seen: null };
  if (!room) {
    const lines = wrapped(parts.invitation, width - 2).map((text) => lineOf(` ${text}`));
    return { lines, seen: null };
  }
  const { unreadAfter } = state;
  const timeline = new Timeline({ ...parts.conversation, width, unreadAfter });
  const place = placeOf(parts, timeline, height);
  const shown = visible(timeline, place === 'unread' ? 'end' : place, height);
  return { lines: shown.lines, seen: { place, visible: shown, timeline }, isLow: true };
}

/** Where what is unread begins, once that is known. */
function placeOf({ state, log }: FrameParts, timeline: Timeline, height: number): Place | 'unread' {
  if (state.place !== 'unread') return state.place;
  if (log?.is === 'loading' || timeline.count === 0) return 'unread';
  return placeBelow(timeline, timeline.firstUnread ?? timeline.count - 1, height);
}

/** Exactly `height` lines: the empty ones above what is low, below everything else. */
function padded(lines: readonly Line[], height: number, isLow = false): Line[] {
  const missing = Array.from({ length: Math.max(0, height - lines.length) }, (): Line => []);
  return isLow ? [...missing, ...lines] : [...lines.slice(0, height), ...missing];
}

function below(shown: Visible | null, { room, typing }: FrameParts): Line {
  if (!shown || !room) return [];
  if (shown.isAtEnd) return typing.length === 0 ? [] : [span(typingWords(typing), 'quiet')];
  const { unread } = room;
  if (unread === 0) return [span('↓ End: to the newest', 'quiet')];
  const words = unread === 1 ? '1 new message' : `${unread} new messages`;
  return [span(`↓ ${words} below · End`, 'notice')];
}

/** Names of more than two are of no use: who writes is seen soon. */
function typingWords([first = '', second, ...others]: readonly string[]): string {
  if (second === undefined) return `${first} is writing …`;
  return others.length === 0 ? `${first} and ${second} are writing …` : 'Several are writing …';
}

function counter(state: ScreenState): Line {
  const { length } = composerOf(state).text;
  if (length < COUNTED) return [];
  const tone = length > BODY_CHARACTERS ? 'alert' : 'quiet';
  const format = (count: number) => count.toLocaleString('en');
  return [span(`${format(length)} of ${format(BODY_CHARACTERS)} characters`, tone)];
}

function standingLines({ standing, state }: FrameParts, width: number): Line[] {
  if (state.picker) return [];
  return standing.flatMap((one) => wrapped(one, width - 2).map((l) => lineOf(` ${l}`, 'notice')));
}

function hintLines({ state, hint }: FrameParts, width: number): Line[] {
  const { completion, notice } = state;
  if (state.picker) return [];
  if (completion) {
    const { offers, chosen } = completion;
    const from = Math.max(0, chosen - OFFERS_BEFORE);
    const line = offers.slice(from).flatMap((offer, index) => {
      const isChosen = index + from === chosen;
      return [span(isChosen ? ' ›' : '  '), span(offer.trim(), isChosen ? 'selected' : 'quiet')];
    });
    return [cut(line, width)];
  }
  const [text, tone] = notice ? [notice.text, notice.tone] : [hint, 'quiet' as const];
  if (text === null) return [];
  return wrapped(text, width - 2).map((one) => lineOf(` ${one}`, tone));
}

function composerFor({ state, room, size, queue }: FrameParts, width: number): ComposerLines {
  const { picker } = state;
  if (picker) {
    const placeholder = 'a part of its name';
    return composerLines(picker.query, { width, height: 1, prompt: PICKER_PROMPT, placeholder });
  }
  const talks = room?.isJoined ? `Message ${labelOf(room)}` : FIRST_HINT;
  const placeholder = queue ? keyWords(queue) : talks;
  const height = composerRows(size);
  return composerLines(composerOf(state), { width, height, prompt: PROMPT, placeholder });
}

/** Columns in which the text that is being written is wrapped. */
export function composerRoom(size: Size): number {
  return columnsFor(size).main - PROMPT.length;
}
