/** The moderators' queue while it is open: what its keys do, and how one comes to it and away from it. */
import type { ChannelId } from '../../../client/index.ts';
import { COMMANDS } from '../commands/table.ts';
import {
  EMPTY,
  insert,
  lineBegin,
  lineEnd,
  typeable,
  written,
  type Edit,
} from '../model/composer.ts';
import { chosenIn, choosing, labelOfReport, QUEUE, type Queued } from '../model/queue.ts';
import type { Room } from '../model/room.ts';
import { composerOf, edited, type SheetRow } from '../model/state.ts';
import type { Input } from '../terminal/keys.ts';
import type { Chat } from './chat.ts';
import type { Submitting } from './submitting.ts';

interface Hands {
  readonly chat: Chat;
  readonly submitting: Submitting;
}

type Action = (hands: Hands) => void;

/** Reports that a page goes on by. */
const PAGE = 8;
/** How long somebody is muted unless another time is typed. */
const USUAL_MUTE = '10m';

export function openQueue(chat: Chat): void {
  chat.update((state) => ({ ...state, queue: QUEUE, sheet: null, notice: null }));
  chat.reports.open();
}

export function closeQueue(chat: Chat): void {
  chat.update((state) => {
    const notice = state.notice?.isAnswer ? null : state.notice;
    return { ...state, queue: null, notice };
  });
  chat.reports.close();
}

export function chosenReport({ state, reports }: Chat): Queued | null {
  return state.queue && chosenIn(reports.queued, state.queue);
}

/** Where commands act: in the channel one is in, or in that of the chosen report. */
export function actedIn({ state, room, rooms }: Chat): Room | null {
  if (!state.queue) return room;
  const { channelId } = state.queue;
  return channelId === null ? null : rooms.find(channelId);
}

/** Letters are keys here until something is being typed, which begins with a slash. */
export function isForQueue({ state }: Chat): boolean {
  const { queue, picker } = state;
  return queue !== null && picker === null && queue.draft.text === '';
}

/** Each letter is a key; from a slash on it is a command that is typed. */
export function pressed(input: Extract<Input, { readonly text: string }>, hands: Hands): void {
  const { chat } = hands;
  const text = typeable(input.text);
  if (text.startsWith('/')) chat.update((state) => edited(state, insert(text)));
  else if (input.kind === 'text' && !chat.state.sheet) {
    const [letter = '', ...rest] = text;
    LETTERS[letter]?.(hands);
    const left = rest.join('');
    if (left === '') return;
    if (isForQueue(chat)) pressed({ kind: 'text', text: left }, hands);
    else chat.update((state) => edited(state, insert(left)));
  }
}

const choose =
  (by: number): Action =>
  ({ chat }) =>
    chat.update((state) =>
      state.queue ? { ...state, queue: choosing(state.queue, chat.reports.queued, by) } : state,
    );

/** In the text while there is one, else in the list. */
const beginOrEnd =
  (change: Edit, by: number): Action =>
  (hands) => {
    if (isForQueue(hands.chat)) choose(by)(hands);
    else hands.chat.update((state) => edited(state, change));
  };

const goTo: Action = ({ chat }) => {
  const one = chosenReport(chat);
  if (!one) return;
  const { channelId } = one.report;
  const seq = chat.messageOf(one.report)?.seq;
  if (!chat.rooms.find(channelId)?.isJoined)
    chat.say('alert', 'You are not in that channel, so there is nothing of it to be shown here.');
  else if (seq === undefined) chat.say('alert', 'The message is gone.');
  else chat.background(showMessage(chat, channelId, seq));
};

/** Pages of older messages that are read to come to one. */
const PAGES = 20;

/** Into the channel, to that message; as far back as messages are kept. */
async function showMessage(chat: Chat, channelId: ChannelId, seq: number): Promise<void> {
  await chat.enter(channelId);
  const log = chat.rooms.logOf(channelId);
  await log?.ready();
  const isThere = () => (log?.messages[0]?.seq ?? Infinity) <= seq;
  for (let page = 0; page < PAGES && log?.hasOlder && !isThere(); page += 1)
    if (!(await log.loadOlder()).ok) break;
  if (chat.state.current !== channelId) return; // one has gone on meanwhile
  if (!isThere()) chat.say('notice', `Message ${seq} is further back than can be shown here.`);
  const place = { key: String(seq), line: 0 } as const;
  chat.update((state) => ({ ...state, place, unreadAfter: null }));
}

/** A command with what is known already: the rest is typed, and Enter carries it out. */
const begin =
  (command: (one: Queued, hands: Hands) => string | null): Action =>
  (hands) => {
    const { chat } = hands;
    const one = chosenReport(chat);
    const text = one && command(one, hands);
    if (text === null) chat.say('alert', 'There is nothing to do that to.');
    else chat.update((state) => edited({ ...state, notice: null }, () => written(text)));
  };

const claim: Action = ({ chat, submitting }) => {
  const one = chosenReport(chat);
  const command = COMMANDS.find(({ name }) => name === 'claim');
  if (one && command) chat.background(submitting.perform(command, labelOfReport(one)));
};

const back: Action = ({ chat }) => {
  const { state } = chat;
  if (composerOf(state).text === '') closeQueue(chat);
  else chat.update((now) => ({ ...edited(now, () => EMPTY), completion: null, notice: null }));
};

const help: Action = ({ chat }) =>
  chat.update((state) => ({ ...state, sheet: { title: 'Reports', rows: KEYS, offset: 0 } }));

const LETTERS: Readonly<Record<string, Action>> = {
  c: claim,
  r: begin((one) => `/resolve ${labelOfReport(one)} `),
  d: begin((one) => `/dismiss ${labelOfReport(one)} `),
  x: begin(({ report }, { chat }) => {
    const message = chat.messageOf(report);
    return message?.content === 'deleted' || !message ? null : `/delete ${message.seq} `;
  }),
  m: begin(({ report }, { chat }) => {
    const message = chat.messageOf(report);
    return message && `/mute ${chat.nameIn(message.authorId, report.channelId)} ${USUAL_MUTE} `;
  }),
  g: goTo,
  j: choose(1),
  k: choose(-1),
  q: back,
  '?': help,
};

export const LOOKING_THROUGH: Readonly<Record<string, Action>> = {
  up: choose(-1),
  down: choose(1),
  pageup: choose(-PAGE),
  pagedown: choose(PAGE),
  home: beginOrEnd(lineBegin, -Infinity),
  end: beginOrEnd(lineEnd, Infinity),
  enter(hands) {
    if (isForQueue(hands.chat)) goTo(hands);
    else hands.chat.background(hands.submitting.submit());
  },
  escape: back,
};

const KEYS: readonly SheetRow[] = [
  { term: '↑ ↓ j k', text: 'the report before, the next one; also PgUp PgDn Home End' },
  { term: 'c', text: 'takes it up, so that nobody else works on it; for a day at most' },
  {
    term: 'r',
    text: 'closes it with what was done about it: /resolve R1 muted, and a note if you like',
  },
  { term: 'd', text: 'closes it because nothing is to be done: /dismiss R1, and why' },
  { term: 'x', text: 'deletes the message: /delete, and why; its author is told' },
  { term: 'm', text: 'mutes its author: /mute, how long and why; they are told' },
  { term: 'g Enter', text: 'goes to the message, in its channel' },
  { term: '/', text: 'begins a command; it acts in the channel of the chosen report' },
  { term: 'q Esc', text: 'goes back to the conversation' },
];
