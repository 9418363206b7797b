/** What whoever sits before the screen has made of it: where they are, what they write, what is open. Every change is a new state. */
import type { ChannelId } from '../../../client/index.ts';
import type { Place } from '../layout/viewport.ts';
import { EMPTY, type Composer, type Edit } from './composer.ts';
import type { QueueView } from './queue.ts';

export interface Notice {
  readonly tone: 'good' | 'alert' | 'notice';
  readonly text: string;
  /** An answer to what was typed goes when one types on; what happened by itself stays until one is done. */
  readonly isAnswer: boolean;
}

/** A page of terms and what is to be said of each, above the conversation until it is closed. */
export interface Sheet {
  readonly title: string;
  readonly rows: readonly SheetRow[];
  /** Lines that were scrolled past. */
  readonly offset: number;
}

export interface SheetRow {
  readonly term: string;
  readonly text: string;
}

/** The quick switcher: what is looked for, and which of the finds is chosen. */
export interface Picker {
  readonly query: Composer;
  readonly chosen: number;
}

/** Tab was pressed: what the text was, what it may become, and which of these it is now. */
export interface Completion {
  readonly offers: readonly string[];
  /** -1 while the text is only what they have in common. */
  readonly chosen: number;
}

export interface ScreenState {
  readonly current: ChannelId | null;
  /** In the current channel; `unread` until it is known where that is. */
  readonly place: Place | 'unread';
  /** What is after this seq was unread when one came here, or went on arriving while one read further up. */
  readonly unreadAfter: number | null;
  /** One has seen the newest message since `unreadAfter` was set. */
  readonly hasCaughtUp: boolean;
  readonly drafts: ReadonlyMap<ChannelId | null, Composer>;
  readonly completion: Completion | null;
  readonly notice: Notice | null;
  readonly sheet: Sheet | null;
  readonly picker: Picker | null;
  /** The moderators' queue, while it is open. */
  readonly queue: QueueView | null;
  /** Ctrl-C was pressed though something is written: once more, and it is meant. */
  readonly isLeaving: boolean;
}

export const FIRST: ScreenState = {
  current: null,
  place: 'end',
  unreadAfter: null,
  hasCaughtUp: false,
  drafts: new Map(),
  completion: null,
  notice: null,
  sheet: null,
  picker: null,
  queue: null,
  isLeaving: false,
};

/** Where one writes: in a channel, in none, or in the queue. */
export type Where = ChannelId | 'queue' | null;

export function whereOf({ queue, current }: ScreenState): Where {
  return queue ? 'queue' : current;
}

export function composerOf(state: ScreenState): Composer {
  return draftIn(state, whereOf(state));
}

function draftIn({ drafts, queue }: ScreenState, where: Where): Composer {
  if (where === 'queue') return queue?.draft ?? EMPTY;
  return drafts.get(where) ?? EMPTY;
}

/** Comes into a channel, at what is unread in it; the draft that is kept there is what is being written. */
export function entered(
  state: ScreenState,
  current: ChannelId | null,
  { mark, hasUnread }: { readonly mark: number; readonly hasUnread: boolean },
): ScreenState {
  if (current === state.current) return { ...state, picker: null, queue: null };
  const isKnown = hasUnread && mark > 0; // of what was never read there is no last line
  return {
    ...carried(state, current),
    current,
    place: isKnown ? 'unread' : 'end',
    unreadAfter: isKnown ? mark : null,
    hasCaughtUp: false,
    completion: null,
    picker: null,
    sheet: null,
    queue: null,
  };
}

/** What was written before there was a channel goes with its writer into the first one. */
function carried(state: ScreenState, into: ChannelId | null): ScreenState {
  const draft = state.drafts.get(null);
  const isFree = into !== null && (state.drafts.get(into)?.text ?? '') === '';
  if (state.current !== null || !draft || !isFree) return state;
  return withDraft(withDraft(state, null, EMPTY), into, draft);
}

/** What is being written becomes another; that puts an end to a completion, and to what was said of the last one. */
export function edited(state: ScreenState, edit: Edit): ScreenState {
  const before = composerOf(state);
  const after = edit(before);
  if (after === before) return state;
  const notice = state.notice?.isAnswer ? null : state.notice;
  return withDraft({ ...state, completion: null, notice }, whereOf(state), after);
}

/** In a queue that was closed meanwhile, nothing is written. */
export function withDraft(state: ScreenState, where: Where, composer: Composer): ScreenState {
  if (where === 'queue')
    return state.queue ? { ...state, queue: { ...state.queue, draft: composer } } : state;
  const drafts = new Map(state.drafts);
  if (composer.text === '' && composer.taken === '') drafts.delete(where);
  else drafts.set(where, composer);
  return { ...state, drafts };
}

/** The text is on its way; what was taken out can still be put back. What is unread has been seen. */
export function sentOff(state: ScreenState): ScreenState {
  const { taken } = composerOf(state);
  const cleared = withDraft(state, whereOf(state), { ...EMPTY, taken });
  return { ...cleared, completion: null, notice: null };
}

/** A text that was not accepted comes back, before whatever was written meanwhile. */
export function takenBack(state: ScreenState, where: Where, text: string): ScreenState {
  const now = draftIn(state, where);
  const whole = now.text === '' ? text : `${text}\n${now.text}`;
  const cursor = whole.length - now.text.length + now.cursor;
  return withDraft(state, where, {
    ...now,
    text: whole,
    cursor: now.text === '' ? whole.length : cursor,
  });
}

/** Whether anything is being written anywhere. */
export function hasDrafts({ drafts }: ScreenState): boolean {
  return [...drafts.values()].some(({ text }) => text.trim() !== '');
}

export interface Seen {
  readonly place: Place | 'unread';
  readonly isAtEnd: boolean;
  /** The seq up to which everything was seen, before and after this frame. */
  readonly markBefore: number;
  readonly hasUnreadBelow: boolean;
}

/** A frame was painted: what arrives below while one reads further up is divided off where one had been. */
export function seen(state: ScreenState, { place, isAtEnd, markBefore, hasUnreadBelow }: Seen) {
  const hasCaughtUp = state.hasCaughtUp || isAtEnd;
  const isNew = hasUnreadBelow && !isAtEnd && (state.unreadAfter === null || state.hasCaughtUp);
  const unreadAfter = isNew ? markBefore : state.unreadAfter;
  const next = { ...state, place, unreadAfter, hasCaughtUp: isNew ? false : hasCaughtUp };
  const isSame =
    next.place === state.place &&
    next.unreadAfter === state.unreadAfter &&
    next.hasCaughtUp === state.hasCaughtUp;
  return isSame ? state : next;
}
