/** Moves in what is seen of the conversation, not in what has come since. */
import { placeBelow, scrolled } from '../layout/viewport.ts';
import type { Chat } from './chat.ts';

/** By so many lines, or to an end; down from the newest there is nothing. */
export function scroll(chat: Chat, by: number | 'begin' | 'end'): void {
  const { seen: shown, height } = chat.frame ?? { seen: null, height: 0 };
  if (!shown) return;
  const { timeline } = shown;
  chat.update((state) => {
    const from = state.place === 'unread' ? shown.place : state.place;
    if (from === 'unread') return state;
    if (by === 'end') return { ...state, place: 'end' };
    if (by === 'begin') return { ...state, place: placeBelow(timeline, 0, height) };
    return { ...state, place: scrolled(timeline, from, height, by) };
  });
}
