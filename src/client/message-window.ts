/** The newest messages of a channel without a hole between them, by seq; what is older, or too much, is not kept. */
import type { Message } from '../contract/shapes.ts';

/** How many times more may be kept when older ones are asked for. */
const STRETCH = 10;

export class MessageWindow {
  readonly #keep: number;
  #limit: number;
  #messages: Message[] = [];
  #hasOlder = false;
  #snapshot: readonly Message[] | null = null;

  constructor(keep: number) {
    this.#keep = keep;
    this.#limit = keep;
  }

  /** The same array until something changes. */
  get list(): readonly Message[] {
    return (this.#snapshot ??= [...this.#messages]);
  }

  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  get first(): Message | null {
    return this.#messages[0] ?? null;
  }

  /** Starts over with these, which are in order. */
  replace(messages: readonly Message[], hasOlder: boolean): void {
    this.#messages = [...messages];
    this.#hasOlder = hasOlder;
    this.#limit = this.#keep;
    this.#cut();
  }

  /** Whether the message lies before the window, where nothing is kept. */
  isBefore({ seq }: Message): boolean {
    const { first } = this;
    return this.#hasOlder && first !== null && seq < first.seq;
  }

  /** Takes a message's state if it is newer than what is there, or was withheld before. */
  apply(message: Message): void {
    if (this.isBefore(message)) return;
    const place = this.#placeOf(message.seq);
    const held = this.#messages[place];
    if (held?.seq !== message.seq) {
      this.#messages.splice(place, 0, message);
      this.#cut();
      return;
    }
    const filled = held.rev === message.rev && held.content === 'withheld';
    if (message.rev <= held.rev && !filled) return;
    this.#messages[place] = message;
    this.#snapshot = null;
  }

  /** Takes from a reply how far its thread goes by now, where the thread's first message is here. */
  noteReply({ seq, thread }: Message): void {
    const place = thread ? this.#messages.findIndex(({ id }) => id === thread.root) : -1;
    const root = this.#messages[place];
    if (!root || !thread || root.content === 'withheld') return;
    if ((root.replies?.count ?? 0) >= thread.place) return;
    this.#messages[place] = { ...root, replies: { count: thread.place, lastSeq: seq } };
    this.#snapshot = null;
  }

  /** The same for all replies that are here. */
  noteReplies(): void {
    const newest = new Map<string, Message>();
    for (const message of this.#messages)
      if (message.thread) newest.set(message.thread.root, message);
    for (const reply of newest.values()) this.noteReply(reply);
  }

  get(seq: number): Message | null {
    const held = this.#messages[this.#placeOf(seq)];
    return held?.seq === seq ? held : null;
  }

  remove(seq: number): void {
    const place = this.#placeOf(seq);
    if (this.#messages[place]?.seq !== seq) return;
    this.#messages.splice(place, 1);
    this.#snapshot = null;
  }

  /** Lets go of everything below that place, for good. */
  truncate(belowSeq: number): void {
    const gone = this.#placeOf(belowSeq);
    this.#messages.splice(0, gone);
    if (gone > 0 || this.first?.seq === belowSeq) this.#hasOlder = false;
    this.#snapshot = null;
  }

  /** Puts older ones, which are in order, before the first; those that find no room are left out. */
  prepend(messages: readonly Message[], hasOlder: boolean): void {
    const room = this.#keep * STRETCH - this.#messages.length;
    const fit = room > 0 ? messages.slice(-room) : [];
    this.#messages = [...fit, ...this.#messages];
    this.#limit = Math.max(this.#limit, this.#messages.length);
    this.#hasOlder = hasOlder || fit.length < messages.length;
    this.#snapshot = null;
  }

  /** Lets go of what was asked for beyond the newest. */
  trim(): void {
    this.#limit = this.#keep;
    this.#cut();
  }

  #cut(): void {
    const excess = this.#messages.length - this.#limit;
    if (excess > 0) {
      this.#messages.splice(0, excess);
      this.#hasOlder = true;
    }
    this.#snapshot = null;
  }

  /** Where a message of this seq is or belongs. */
  #placeOf(seq: number): number {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#messages[middle]?.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
