/** What every key does: tables of them, and what becomes of text that is typed or pasted. */
import { composerRoom } from '../layout/frame.ts';
import { vertically } from '../layout/composer.ts';
import * as edits from '../model/composer.ts';
import {
  composerOf,
  edited,
  hasDrafts,
  whereOf,
  withDraft,
  type ScreenState,
} from '../model/state.ts';
import type { Input } from '../terminal/keys.ts';
import type { Size } from '../terminal/terminal.ts';
import type { Chat } from './chat.ts';
import { complete } from './completing.ts';
import { isForQueue, LOOKING_THROUGH, pressed } from './looking-through.ts';
import { lookFor, openPicker, PICKING } from './picking.ts';
import { scroll } from './scrolling.ts';
import type { Submitting } from './submitting.ts';

export interface Hands {
  readonly chat: Chat;
  readonly submitting: Submitting;
  readonly size: Size;
  /** Paints everything anew. */
  readonly repaint: () => void;
}

type Action = (hands: Hands) => void;
type Actions = Readonly<Record<string, Action>>;

/** Does what the input asks for; keys that mean nothing do nothing. */
export function act(input: Input, hands: Hands): void {
  const { chat, submitting } = hands;
  const name = input.kind === 'key' ? input.name : null;
  if (chat.state.isLeaving && name !== 'ctrl+c')
    chat.update((state) => ({ ...state, isLeaving: false, notice: null }));
  if (input.kind !== 'key') {
    if (isForQueue(chat)) pressed(input, hands);
    else typed(input.text, chat);
    if (input.text.includes('@')) submitting.expectMentions();
  } else (actionsOf(chat.state)[input.name] ?? EVERYWHERE[input.name])?.(hands);
}

function actionsOf({ picker, sheet, queue }: ScreenState): Actions {
  if (picker) return PICKING;
  const writing = queue ? { ...WRITING, ...LOOKING_THROUGH } : WRITING;
  return sheet ? { ...writing, ...READING } : writing;
}

const edit =
  (change: edits.Edit): Action =>
  ({ chat }) =>
    chat.update((state) => edited(state, change));

const lines =
  (by: number): Action =>
  ({ chat }) =>
    scroll(chat, by);

const page =
  (by: 1 | -1): Action =>
  ({ chat }) =>
    scroll(chat, by * Math.max(1, (chat.frame?.height ?? 2) - 2));

/** In the text where it has more lines, else in the conversation. */
const upOrDown =
  (by: 1 | -1): Action =>
  ({ chat, size }) => {
    const composer = composerOf(chat.state);
    const moved = vertically(composer, composerRoom(size), by);
    if (moved) chat.update((state) => edited(state, () => moved));
    else scroll(chat, by);
  };

/** In the text while there is one, else in the conversation. */
const beginOrEnd =
  (change: edits.Edit, to: 'begin' | 'end'): Action =>
  ({ chat }) => {
    if (composerOf(chat.state).text === '') scroll(chat, to);
    else chat.update((state) => edited(state, change));
  };

const turn =
  (by: number): Action =>
  ({ chat }) =>
    chat.update((state) =>
      state.sheet
        ? { ...state, sheet: { ...state.sheet, offset: Math.max(0, state.sheet.offset + by) } }
        : state,
    );

const EVERYWHERE: Actions = {
  'ctrl+c'({ chat }) {
    if (!hasDrafts(chat.state) || chat.state.isLeaving) chat.end({ reason: 'quit' });
    else {
      chat.say(
        'alert',
        'What you are writing would be lost. Ctrl-C once more leaves all the same.',
      );
      chat.update((state) => ({ ...state, isLeaving: true }));
    }
  },
  'ctrl+l': ({ repaint }) => repaint(),
  'ctrl+n': ({ chat }) => chat.step(1),
  'ctrl+p': ({ chat }) => chat.step(-1),
  'alt+down': ({ chat }) => chat.step(1),
  'alt+up': ({ chat }) => chat.step(-1),
};

const WRITING: Actions = {
  enter: ({ chat, submitting }) => chat.background(submitting.submit()),
  'alt+enter': edit(edits.insert('\n')),
  'shift+enter': edit(edits.insert('\n')),
  'ctrl+j': edit(edits.insert('\n')),
  tab: ({ chat, submitting }) => complete(chat, submitting, 1),
  'shift+tab': ({ chat, submitting }) => complete(chat, submitting, -1),
  left: edit(edits.left),
  right: edit(edits.right),
  'ctrl+b': edit(edits.left),
  'ctrl+f': edit(edits.right),
  'ctrl+left': edit(edits.wordLeft),
  'ctrl+right': edit(edits.wordRight),
  'alt+left': edit(edits.wordLeft),
  'alt+right': edit(edits.wordRight),
  'alt+b': edit(edits.wordLeft),
  'alt+f': edit(edits.wordRight),
  home: beginOrEnd(edits.lineBegin, 'begin'),
  end: beginOrEnd(edits.lineEnd, 'end'),
  'ctrl+a': edit(edits.lineBegin),
  'ctrl+e': edit(edits.lineEnd),
  'ctrl+home': ({ chat }) => scroll(chat, 'begin'),
  'ctrl+end': ({ chat }) => scroll(chat, 'end'),
  backspace: edit(edits.eraseBefore),
  delete: edit(edits.eraseAfter),
  'ctrl+d'(hands) {
    if (composerOf(hands.chat.state).text === '') EVERYWHERE['ctrl+c']?.(hands);
    else edit(edits.eraseAfter)(hands);
  },
  'ctrl+u': edit(edits.takeToBegin),
  'ctrl+k'(hands) {
    const { text, cursor } = composerOf(hands.chat.state);
    (cursor < text.length ? edit(edits.takeToEnd) : openPicker)(hands);
  },
  'ctrl+t': openPicker,
  'ctrl+w': edit(edits.takeWord),
  'alt+backspace': edit(edits.takeWord),
  'alt+d': edit(edits.takeWordAfter),
  'ctrl+y': edit(edits.putBack),
  up: upOrDown(-1),
  down: upOrDown(1),
  'shift+up': lines(-1),
  'shift+down': lines(1),
  pageup: page(-1),
  pagedown: page(1),
  'ctrl+r': ({ chat }) => {
    const failed = failedIn(chat);
    if (failed) chat.background(failed.retry());
  },
  'ctrl+x': ({ chat }) => discard(chat),
  escape: ({ chat }) =>
    chat.update((state) =>
      state.notice || state.completion
        ? { ...state, notice: null, completion: null }
        : { ...state, place: 'end' },
    ),
};

/** While a page is open, the keys that scroll scroll that. */
const READING: Actions = {
  up: turn(-1),
  down: turn(1),
  pageup: turn(-10),
  pagedown: turn(10),
  escape: ({ chat }) => chat.update((state) => ({ ...state, sheet: null })),
};

function typed(text: string, chat: Chat): void {
  const clean = edits.typeable(text);
  if (clean === '') return;
  if (chat.state.picker) {
    lookFor(clean, chat);
    return;
  }
  const { length } = composerOf(chat.state).text;
  if (length + clean.length > edits.COMPOSER_CHARACTERS)
    chat.say('alert', `That is too much: ${edits.COMPOSER_CHARACTERS} characters find room here.`);
  else {
    chat.update((state) => edited(state, edits.insert(clean)));
    sayTyping(chat);
  }
}

/** A command is nobody's matter; a text that begins with two slashes is a message. */
function sayTyping({ room, state, client }: Chat): void {
  const { text } = composerOf(state);
  if (room?.isJoined && !/^\/(?!\/)/u.test(text)) client.typing.signal(room.id);
}

function failedIn(chat: Chat) {
  const { current } = chat.state;
  return current === null ? null : chat.sending.firstFailed(current);
}

/** Takes a refused message away; its text can be put back where one writes. */
function discard(chat: Chat): void {
  const failed = failedIn(chat);
  if (!failed) return;
  chat.background(failed.discard());
  chat.update((state) =>
    withDraft(state, whereOf(state), { ...composerOf(state), taken: failed.body }),
  );
  chat.say('notice', 'Discarded. Ctrl-Y puts its text where you write.');
}
