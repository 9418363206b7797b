/** The conversation as blocks of lines: messages in rows by one person, days and unread ones divided, what is unsent at the end. */
import type { Message, OutboxEntry } from '../../../client/index.ts';
import { whyNot } from '../model/words.ts';
import { lineOf, rule, span, type Line, type Tone } from './line.ts';
import {
  aboutLine,
  headerLine,
  messageLines,
  replyLine,
  unsentLines,
  type MessageParts,
} from './message.ts';
import { dayOf, isSameDay, stretchOf } from './time.ts';
import type { Block, Blocks } from './viewport.ts';
import { wrapped } from './wrap.ts';

export interface TimelineParts extends MessageParts {
  readonly messages: readonly Message[];
  readonly unsent: readonly OutboxEntry[];
  /** What stands above the first message; empty for nothing. */
  readonly beginning: string;
  /** Everything after this seq was unread when one came here; null when nothing was. */
  readonly unreadAfter: number | null;
  readonly isOnline: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Messages of one person that follow on each other within this time stand below one header. */
const TOGETHER_MS = 5 * 60_000;

/** What a message above or below needs to know of another. */
interface Said {
  readonly authorId: MessageParts['me'];
  readonly at: number;
}

export class Timeline implements Blocks {
  readonly #parts: TimelineParts;
  readonly #blocks = new Map<number, Block>();
  readonly #firstFailed: OutboxEntry | undefined;
  #byId: Map<string, Message> | null = null;

  constructor(parts: TimelineParts) {
    this.#parts = parts;
    this.#firstFailed = parts.unsent.find(({ state }) => state.is === 'failed');
  }

  get count(): number {
    const { messages, unsent, beginning } = this.#parts;
    return messages.length + unsent.length || (beginning === '' ? 0 : 1);
  }

  at(index: number): Block {
    const known = this.#blocks.get(index);
    if (known) return known;
    const block = this.#block(index);
    this.#blocks.set(index, block);
    return block;
  }

  keyOf(index: number): string {
    const { messages, unsent } = this.#parts;
    const message = messages[index];
    return message ? String(message.seq) : (unsent[index - messages.length]?.clientId ?? '');
  }

  indexOf(key: string): number | null {
    const { messages, unsent } = this.#parts;
    const waiting = unsent.findIndex(({ clientId }) => clientId === key);
    if (waiting >= 0) return messages.length + waiting;
    const seq = Number(key);
    if (Number.isNaN(seq) || messages.length === 0) return null;
    return Math.min(indexOfSeq(messages, seq), messages.length - 1);
  }

  /** The first message that was unread, if it is among those here. */
  get firstUnread(): number | null {
    const { messages, unreadAfter } = this.#parts;
    if (unreadAfter === null) return null;
    const index = indexOfSeq(messages, unreadAfter + 1);
    return index < messages.length ? index : null;
  }

  #block(index: number): Block {
    const { messages, unsent, beginning, width } = this.#parts;
    const text = index === 0 && beginning !== '' ? wrapped(beginning, width - 2) : [];
    const top = text.map((one) => lineOf(` ${one}`, 'quiet'));
    const message = messages[index];
    const said = this.#said(index);
    if (!said) return { lines: top, body: 0 };
    const separators = this.#separators(index, said);
    const isFirst = separators.length > 0 || !this.#follows(index, said);
    const header = isFirst ? [headerLine(said.authorId, said.at, this.#parts)] : [];
    const before = [...top, ...separators, ...header];
    const entry = unsent[index - messages.length];
    const body = message ? this.#message(message) : entry ? this.#unsent(entry) : [];
    return { lines: [...before, ...body], body: before.length };
  }

  #said(index: number): Said | null {
    const { messages, unsent, me } = this.#parts;
    const message = messages[index];
    if (message) return message;
    const entry = unsent[index - messages.length];
    return entry ? { authorId: me, at: entry.at } : null;
  }

  #separators(index: number, { at }: Said): Line[] {
    const { width, now } = this.#parts;
    const lines: Line[] = [];
    const previous = index > 0 ? this.#said(index - 1) : null;
    if (!previous || !isSameDay(previous.at, at))
      lines.push(rule(width, [span(dayOf(at, now), 'quiet')]));
    if (index > 0 && index === this.firstUnread) lines.push(rule(width, [span('new', 'notice')]));
    return lines;
  }

  #follows(index: number, { authorId, at }: Said): boolean {
    const previous = index > 0 ? this.#said(index - 1) : null;
    return previous?.authorId === authorId && at - previous.at < TOGETHER_MS;
  }

  #message(message: Message): Line[] {
    const { replyTo } = message;
    const about = aboutLine(message, this.#parts.width);
    const lines = [...messageLines(message, this.#parts), ...about];
    if (replyTo === null) return lines;
    this.#byId ??= new Map(this.#parts.messages.map((one) => [one.id, one]));
    return [replyLine(this.#byId.get(replyTo) ?? null, this.#parts), ...lines];
  }

  #unsent(entry: OutboxEntry): Line[] {
    const { state, body } = entry;
    const { isOnline, now } = this.#parts;
    if (state.is === 'sent') return unsentLines(body, this.#parts, 'plain');
    const lines = unsentLines(body, this.#parts, 'quiet');
    if (state.is === 'failed') {
      lines.push(...this.#note('!', `not sent: ${whyNot(state.refusal)}`, 'alert'));
      if (entry === this.#firstFailed)
        lines.push(...this.#note(' ', 'Ctrl-R tries again, Ctrl-X discards it', 'notice'));
    } else if (state.is === 'pending' && state.refusal !== null && state.retryAt !== null) {
      const wait = state.retryAt - now;
      const again = wait > 0 ? `sent again in ${stretchOf(wait)}` : 'sent again now';
      lines.push(...this.#note('…', `${whyNot(state.refusal)}: ${again}`, 'notice'));
    } else if (!isOnline) lines.push(...this.#note('…', 'waits for the connection', 'quiet'));
    return lines;
  }

  #note(mark: string, words: string, tone: Tone): Line[] {
    return wrapped(words, this.#parts.width - 3).map((text, index) =>
      index === 0 ? lineOf(` ${mark} ${text}`, tone) : lineOf(`   ${text}`, tone),
    );
  }
}

/** Where the message of that seq is, or the first after it. */
function indexOfSeq(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
