/** The quick switcher: what its keys do while it is open. */
import * as edits from '../model/composer.ts';
import { looselyNamed } from '../model/matching.ts';
import type { Room } from '../model/room.ts';
import type { Picker } from '../model/state.ts';
import type { Chat } from './chat.ts';

type Action = (hands: { readonly chat: Chat }) => void;

export const PICKING: Readonly<Record<string, Action>> = {
  enter({ chat }) {
    const found = findsOf(chat)[chat.state.picker?.chosen ?? 0];
    chat.update((state) => ({ ...state, picker: null }));
    if (found) chat.background(chat.enter(found.id));
  },
  escape: ({ chat }) => chat.update((state) => ({ ...state, picker: null })),
  up: choose(-1),
  down: choose(1),
  tab: choose(1),
  'shift+tab': choose(-1),
  'ctrl+k': choose(1),
  'ctrl+t': choose(1),
  left: query(edits.left),
  right: query(edits.right),
  home: query(edits.lineBegin),
  end: query(edits.lineEnd),
  backspace: query(edits.eraseBefore),
  delete: query(edits.eraseAfter),
  'ctrl+u': query(edits.takeToBegin),
  'ctrl+w': query(edits.takeWord),
};

export const openPicker: Action = ({ chat }) =>
  chat.update((state) => ({ ...state, picker: { query: edits.EMPTY, chosen: 0 } }));

/** Looks for what is typed as well. */
export function lookFor(text: string, chat: Chat): void {
  const line = text.replaceAll('\n', ' ');
  pick(chat, (picker) => ({ query: edits.insert(line)(picker.query), chosen: 0 }));
}

/** What the quick switcher finds: of everything, what has something unread first. */
export function findsOf({ state: { picker, current }, rooms }: Chat): Room[] {
  if (!picker) return [];
  const others = rooms.mine.filter(({ id }) => id !== current);
  const fresh = [...others].sort((a, b) => Number(b.unread > 0) - Number(a.unread > 0));
  return looselyNamed(picker.query.text.replace(/^[#*@]/u, ''), fresh);
}

function choose(by: 1 | -1): Action {
  return ({ chat }) => {
    const { length } = findsOf(chat);
    pick(chat, ({ query: before, chosen }) => ({
      query: before,
      chosen: length === 0 ? 0 : (chosen + by + length) % length,
    }));
  };
}

function query(change: edits.Edit): Action {
  return ({ chat }) => pick(chat, (picker) => ({ query: change(picker.query), chosen: 0 }));
}

function pick(chat: Chat, change: (picker: Picker) => Picker): void {
  chat.update((state) => (state.picker ? { ...state, picker: change(state.picker) } : state));
}
