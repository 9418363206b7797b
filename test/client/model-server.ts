/** A channel as a server has it, in memory: it says what a real one would, a small page at a time, and can be made to fail. */
import type { Calls } from '../../src/client/calls.ts';
import type { ChannelEvent, ChannelFrame, Message } from '../../src/contract/index.ts';

const channelId = '018f0000-0000-7000-8000-000000000001' as Message['channelId'];
const authorId = '018f0000-0000-7000-8000-000000000002' as Message['authorId'];
/** Small, so that every story needs several. */
const PAGE = 3;

export class ModelServer {
  readonly channelId = channelId;
  readonly messages: Message[] = [];
  rev = 0;
  epoch = 1;
  /** The widest gap that is bridged. */
  bridge = 12;
  online = true;
  /** What the connection has still to deliver. */
  readonly frames: ChannelFrame[] = [];
  /** For how many turns of the event loop the answer to the n-th call is under way. */
  slowness: (n: number) => number = () => 1;
  #calls = 0;
  #emitted = 0;

  post(): void {
    const seq = this.messages.length + 1;
    this.messages.push({
      id: `018f0000-0000-7000-8000-${String(seq).padStart(12, '0')}` as Message['id'],
      channelId,
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
    this.messages[old.seq - 1] = { ...old, rev: (this.rev += 1), version, body };
  }

  remove(place: number): void {
    const old = this.#at(place);
    if (!old) return;
    const tombstone = { content: 'deleted', body: null, deletedAt: 1 } as const;
    this.messages[old.seq - 1] = { ...old, ...tombstone, rev: (this.rev += 1) };
  }

  /** Puts everything since the last frame into one more, with or without the texts. */
  emit(withheld: boolean): void {
    if (this.rev === this.#emitted) return;
    const events = this.#since(this.#emitted).map((event): ChannelEvent => {
      if (event.kind !== 'message' || !withheld || event.message.content !== 'present')
        return event;
      return { ...event, message: { ...event.message, content: 'withheld', body: null } };
    });
    const { epoch } = this;
    this.frames.push({ channelId, epoch, prev: this.#emitted, last: this.rev, events });
    this.#emitted = this.rev;
  }

  /** A restore: the last changes never were. */
  restore(): void {
    this.messages.length = 0;
    this.rev = 0;
    this.epoch += 1;
    this.#emitted = 0;
  }

  /** Answers as operations do, after a moment in which other things may happen. */
  readonly call = (async (name: string, input: Record<string, number | undefined>) => {
    await Promise.resolve();
    if (!this.online)
      return { ok: false, refusal: { code: 'unreachable', retry: 'later', traceId: null } };
    const data = this.#answer(name, input);
    this.#calls += 1;
    for (let n = 0; n < this.slowness(this.#calls); n += 1)
      await new Promise((resolve) => setImmediate(resolve));
    return { ok: true, data };
  }) as unknown as Calls['call'];

  #answer(name: string, input: Record<string, number | undefined>): unknown {
    const { rev: head, epoch } = this;
    if (name === 'channel.subscribe')
      return { id: channelId, epoch, lastRev: head, lastSeq: this.messages.length, role: 'member' };
    if (name === 'channel.resume') {
      const since = input['rev'] ?? 0;
      const lost = input['epoch'] !== epoch || since > head || head - since > this.bridge;
      if (lost) return { reset: true, epoch, since, upTo: head, head, events: [] };
      const all = this.#since(since);
      const events = all.slice(0, PAGE);
      const upTo = all.length > PAGE ? (events.at(-1)?.rev ?? head) : head;
      return { reset: false, epoch, since, upTo, head, events };
    }
    const below = this.messages.slice(0, (input['before'] ?? Infinity) - 1);
    const messages = below.slice(-Math.min(input['limit'] ?? PAGE, PAGE));
    return { messages, more: messages.length < below.length, rev: head, epoch };
  }

  #since(rev: number): ChannelEvent[] {
    return this.messages
      .filter((message) => message.rev > rev)
      .sort((a, b) => a.rev - b.rev)
      .map((message) => ({ kind: 'message', rev: message.rev, message }));
  }

  #at(place: number): Message | undefined {
    return this.messages[place % Math.max(1, this.messages.length)];
  }
}
