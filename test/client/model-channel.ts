/** One channel of the model: a log that changes as a real one does, and says frame by frame what changed. */
import type { ChannelEvent, ChannelFrame, ChannelId, Message } from '../../src/contract/index.ts';

const authorId = '018f0000-0000-7000-8000-000000000002' as Message['authorId'];

export interface Position {
  readonly rev: number;
  readonly epoch: number;
}

export class ModelChannel {
  readonly id: ChannelId;
  readonly messages: Message[] = [];
  rev = 0;
  epoch = 1;
  lastSeq = 0;
  /** The widest gap that is bridged. */
  bridge = 12;
  /** Whether the connection gets its frames. */
  isFollowed = false;
  /** The reader may not see it any more. */
  gone = false;
  readonly #frames: ChannelFrame[];
  #emitted = 0;
  /** What the last truncation said, and the highest revision of what went. */
  #truncated = { rev: 0, belowSeq: 1, purgedRev: 0 };

  constructor(n: number, frames: ChannelFrame[]) {
    this.id = `018f0000-0000-7000-9000-${String(n).padStart(12, '0')}` as ChannelId;
    this.#frames = frames;
  }

  post(): void {
    const seq = (this.lastSeq += 1);
    this.messages.push({
      id: `018f0000-0000-7000-8000-${String(seq).padStart(12, '0')}` as Message['id'],
      channelId: this.id,
      seq,
      rev: (this.rev += 1),
      version: 1,
      authorId,
      at: seq,
      editedAt: null,
      replyTo: null,
      content: 'present',
      body: `text ${String(seq)}`,
      deletedAt: null,
      deletedBy: null,
    });
  }

  edit(place: number): void {
    const old = this.#at(place);
    if (!old || old.content === 'deleted') return;
    const version = old.version + 1;
    const body = `text ${String(old.seq)}, version ${String(version)}`;
    this.#replace(old, { ...old, rev: (this.rev += 1), version, body });
  }

  remove(place: number): void {
    const old = this.#at(place);
    if (!old) return;
    const tombstone = { content: 'deleted', body: null, deletedAt: 1 } as const;
    this.#replace(old, { ...old, ...tombstone, rev: (this.rev += 1) });
  }

  /** The oldest go for good, but never all. */
  truncate(count: number): void {
    const gone = this.messages.splice(0, Math.min(count, this.messages.length - 1));
    const last = gone.at(-1);
    if (!last) return;
    const purgedRev = Math.max(this.#truncated.purgedRev, ...gone.map(({ rev }) => rev));
    this.#truncated = { rev: (this.rev += 1), belowSeq: last.seq + 1, purgedRev };
  }

  /** A restore: the last changes never were. */
  restore(): void {
    this.messages.length = 0;
    this.rev = 0;
    this.lastSeq = 0;
    this.epoch += 1;
    this.#emitted = 0;
    this.#truncated = { rev: 0, belowSeq: 1, purgedRev: 0 };
  }

  /** Puts everything since the last frame into one more, with or without the texts, if anybody listens. */
  emit(withheld = false): void {
    const prev = this.#emitted;
    if (this.rev === prev) return;
    this.#emitted = this.rev;
    const events = this.#since(prev).map((event): ChannelEvent => {
      if (event.kind !== 'message' || !withheld || event.message.content !== 'present')
        return event;
      return { ...event, message: { ...event.message, content: 'withheld', body: null } };
    });
    if (this.isFollowed) this.#send(prev, events);
  }

  /** Lets the connection in at the place that the channel has come to; who was told less is shown a gap. */
  follow(covered: Position): void {
    this.emit();
    this.isFollowed = true;
    if (covered.rev < this.rev || covered.epoch !== this.epoch) this.#send(this.rev, []);
  }

  canBridge({ rev, epoch }: Position): boolean {
    if (epoch !== this.epoch || rev > this.rev || rev < this.#truncated.purgedRev) return false;
    return this.rev - rev <= this.bridge;
  }

  /** How far everybody was told of it. */
  get told(): Position {
    return { rev: this.#emitted, epoch: this.epoch };
  }

  /** The changes after `since` as far as there is room. */
  page(since: number, room: number): { events: ChannelEvent[]; upTo: number } {
    const all = this.#since(since);
    const events = all.slice(0, room);
    return { events, upTo: all.length > room ? (events.at(-1)?.rev ?? since) : this.rev };
  }

  resume(position: Position, room: number): object {
    const { rev: head, epoch } = this;
    const { rev: since } = position;
    if (!this.canBridge(position))
      return { reset: true, epoch, since, upTo: head, head, events: [] };
    return { reset: false, epoch, since, head, ...this.page(since, room) };
  }

  history(before: number, limit: number): object {
    const below = this.messages.filter(({ seq }) => seq < before);
    const messages = below.slice(-limit);
    const { rev, epoch } = this;
    return { messages, more: messages.length < below.length, rev, epoch };
  }

  #send(prev: number, events: readonly ChannelEvent[]): void {
    const { id: channelId, epoch, rev: last } = this;
    this.#frames.push({ channelId, epoch, prev, last, events: [...events] });
  }

  #since(rev: number): ChannelEvent[] {
    const events = this.messages.map((message): ChannelEvent => {
      return { kind: 'message', rev: message.rev, message };
    });
    const { rev: truncatedRev, belowSeq } = this.#truncated;
    events.push({ kind: 'truncated', rev: truncatedRev, belowSeq });
    return events.filter((event) => event.rev > rev).sort((a, b) => a.rev - b.rev);
  }

  #replace(old: Message, message: Message): void {
    this.messages[this.messages.indexOf(old)] = message;
  }

  #at(place: number): Message | undefined {
    return this.messages[place % Math.max(1, this.messages.length)];
  }
}
