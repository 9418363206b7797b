/** Tab: a command is completed as far as there is one way, and then every other way after each other. */
import { furthest, offersFor } from '../commands/typed.ts';
import { written } from '../model/composer.ts';
import { composerOf, whereOf, withDraft } from '../model/state.ts';
import type { Chat } from './chat.ts';
import type { Submitting } from './submitting.ts';

/** As far as the offers agree; then one after the other. */
export function complete(chat: Chat, submitting: Submitting, by: 1 | -1): void {
  const { completion } = chat.state;
  const where = whereOf(chat.state);
  const composer = composerOf(chat.state);
  if (!completion) {
    const offers = offersFor(submitting.talk(), composer.text);
    if (offers.length === 0) return;
    const [only] = offers;
    const further = furthest(composer.text, offers);
    const text = offers.length === 1 ? only : further;
    if (text !== null && text !== undefined)
      chat.update((state) => withDraft(state, where, { ...composer, ...written(text) }));
    if (offers.length > 1)
      chat.update((state) => ({ ...state, completion: { offers, chosen: -1 } }));
    return;
  }
  const { offers } = completion;
  const chosen = (completion.chosen + by + offers.length) % offers.length;
  const text = offers[chosen] ?? composer.text;
  chat.update((state) => ({
    ...withDraft(state, where, { ...composer, ...written(text) }),
    completion: { offers, chosen },
  }));
}
