/** Every change of one channel from now on, in order and each once, across lost connections; a hole is told. */
import type {
  Broadcasts,
  Channel,
  ChannelFrame,
  ChannelId,
  Client,
  InputOf,
  OperationName,
  OutputOf,
  Refused,
} from '../client/index.ts';
import type { Machine } from './surroundings.ts';

type ChannelHead = Broadcasts['channel.heads']['channels'][number];
export type ChannelEvent = ChannelFrame['events'][number];

export interface TailPorts {
  readonly client: Client;
  readonly channelId: ChannelId;
  readonly later: Machine['later'];
  /** Where the tail begins, when it has begun. */
  began(channel: Channel): void;
  event(event: ChannelEvent): void;
  /** What changed up to here is not known: too much did, or the server lost its past. */
  gap(rev: number): void;
  /** Reading is refused for good: there will be nothing more. */
  ended(refusal: Refused<string>): void;
}

/** Frames kept while what is missing is read; more are read again. */
const QUEUED = 1_000;
const AGAIN_MS = 1_000;

export class Tail {
  readonly #ports: TailPorts;
  #position: { rev: number; epoch: number } | null = null;
  #queue: ChannelFrame[] = [];
  /** Of the round that brings the tail up to date; a later one makes it void. */
  #round = 0;
  #isLive = false;
  #isOver = false;

  constructor(ports: TailPorts) {
    this.#ports = ports;
    const { client, channelId } = ports;
    client.listen('channel.events', (frame) => {
      if (frame.channelId === channelId) this.#frame(frame);
    });
    client.listen('channel.heads', ({ channels }) => {
      for (const head of channels) if (head.id === channelId) this.#head(head);
    });
    client.listen('access.changed', (change: Broadcasts['access.changed']) => {
      if (change.channelId === channelId) void this.#catchUp();
    });
    client.state.watch(({ is }) => {
      if (is === 'online') void this.#catchUp();
      else this.#lost();
    });
    if (client.state.value.is === 'online') void this.#catchUp();
  }

  #lost(): void {
    this.#round += 1;
    this.#isLive = false;
  }

  /** What the head has and the tail has not was lost, unless it is under way. */
  #head(head: ChannelHead): void {
    if (!this.#isLive || !this.#misses(head)) return;
    this.#ports.later(AGAIN_MS, () => {
      if (this.#isLive && this.#misses(head)) void this.#catchUp();
    });
  }

  #misses({ rev, epoch }: Pick<ChannelHead, 'rev' | 'epoch'>): boolean {
    const position = this.#position;
    return !position || position.epoch !== epoch || position.rev < rev;
  }

  #frame(frame: ChannelFrame): void {
    if (!this.#isLive) {
      if (this.#queue.length < QUEUED) this.#queue.push(frame);
    } else if (!this.#apply(frame)) void this.#catchUp();
  }

  /** False when something before the frame is missing. */
  #apply({ epoch, prev, last, events }: ChannelFrame): boolean {
    const position = this.#position;
    if (!position || epoch !== position.epoch || prev > position.rev) return false;
    this.#tell(events, last);
    return true;
  }

  #tell(events: readonly ChannelEvent[], upTo: number): void {
    const position = this.#position;
    if (!position || this.#isOver) return;
    const since = position.rev;
    position.rev = Math.max(since, upTo);
    for (const event of events) if (event.rev > since) this.#ports.event(event);
  }

  async #catchUp(): Promise<void> {
    if (this.#isOver) return;
    const round = (this.#round += 1);
    this.#isLive = false;
    this.#queue = [];
    const { channelId } = this.#ports;
    const channel = await this.#ask(round, 'channel.subscribe', { channelId });
    if (!channel) return;
    const { lastRev, epoch } = channel;
    if (!this.#position) {
      this.#begin(channel);
      this.#ports.began(channel);
    } else if (this.#position.epoch !== epoch || this.#position.rev > lastRev) {
      this.#begin(channel);
      this.#ports.gap(lastRev);
    }
    for (let head = lastRev; this.#position && this.#position.rev < head;) {
      const page = await this.#ask(round, 'channel.resume', { channelId, ...this.#position });
      if (!page) return;
      if (page.reset || page.upTo <= this.#position.rev) {
        this.#begin(channel);
        this.#ports.gap(lastRev);
        break;
      }
      this.#tell(page.events, page.upTo);
      head = page.head;
    }
    const queued = this.#queue;
    this.#queue = [];
    this.#isLive = true;
    for (const frame of queued) if (!this.#apply(frame)) return this.#catchUp();
  }

  #begin({ lastRev, epoch }: Channel): void {
    this.#position = { rev: lastRev, epoch };
  }

  /** Asks until there is an answer; null when the round is void, or after a refusal that stands. */
  async #ask<N extends OperationName>(
    round: number,
    name: N,
    input: InputOf<N>,
  ): Promise<OutputOf<N> | null> {
    for (;;) {
      const outcome = await this.#ports.client.call(name, input);
      if (round !== this.#round || this.#isOver) return null;
      if (outcome.ok) return outcome.data;
      const { refusal } = outcome;
      if (refusal.retry === 'never') {
        this.#isOver = true;
        this.#ports.ended(refusal);
        return null;
      }
      await new Promise<void>((resolve) => {
        this.#ports.later(refusal.retryAfterMs ?? AGAIN_MS, resolve);
      });
    }
  }
}
