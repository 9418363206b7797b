/** Somebody who follows channels on one node as the protocol asks, and writes down every frame and where they stood. */
import type { ChannelEvent, ChannelFrame, ChannelId } from '../../src/contract/index.ts';
import type { Line } from './line.ts';
import type { Recorder } from './recorder.ts';

/** What somebody has of one channel. */
interface Held {
  rev: number;
  epoch: number;
  /** Seqs of the messages, tombstones included. */
  readonly seqs: Set<number>;
  /** Frames from beyond a hole, by where they begin. */
  readonly beyond: Map<number, number>;
  catchingUp: boolean;
}

export class Listener {
  readonly userId: string;
  readonly node: string;
  /** Why the server ended connections of theirs, by code. */
  readonly closures: string[] = [];
  readonly #recorder: Recorder;
  readonly #line: Line;
  readonly #channels = new Map<ChannelId, Held>();
  /** Where the connection stands on the wire, by channel; it begins anew with each connection. */
  #wire = new Map<ChannelId, number>();
  /** Channels that were subscribed and where the next frame may say where that was. */
  #entering = new Set<ChannelId>();
  #connections = 0;
  #heardAt: number | null = null;

  constructor(recorder: Recorder, userId: string, node: string, line: Line) {
    this.#recorder = recorder;
    this.userId = userId;
    this.node = node;
    this.#line = line;
    line.socket.on('channel.events', (frame: ChannelFrame) => this.#take(frame));
    line.socket.on('connection.closing', ({ code }: { code: string }) => this.closures.push(code));
    line.socket.on('connect', () => {
      this.#connections += 1;
      this.#wire = new Map();
      this.#entering = new Set();
      for (const channelId of this.#channels.keys()) void this.#enter(channelId);
    });
  }

  /** Follows a channel from now on; resolves when it is caught up, false when it may not be read. */
  async follow(channelId: ChannelId): Promise<boolean> {
    if (!this.#channels.has(channelId))
      this.#channels.set(channelId, {
        rev: 0,
        epoch: 1,
        seqs: new Set(),
        beyond: new Map(),
        catchingUp: false,
      });
    return this.#enter(channelId);
  }

  rev(channelId: ChannelId): number {
    return this.#channels.get(channelId)?.rev ?? 0;
  }

  /** The places that they hold, in order. */
  seqs(channelId: ChannelId): readonly number[] {
    return [...(this.#channels.get(channelId)?.seqs ?? [])].sort((a, b) => a - b);
  }

  /** From now on a silence counts; with false no longer. */
  expectFrames(expected: boolean): void {
    if (!expected) this.#silence();
    this.#heardAt = expected ? this.#recorder.now() : null;
  }

  /** Takes nothing from the network any more until `wake`, as on a train. */
  sleep(): void {
    this.#tcp()?.pause();
  }

  wake(): void {
    this.#tcp()?.resume();
  }

  leave(): void {
    this.#line.close();
  }

  get #connection(): string {
    return `${this.userId}@${this.node}#${this.#connections}`;
  }

  /** Asks again until there is an answer; whatever was missed is read back after. */
  async #enter(channelId: ChannelId): Promise<boolean> {
    const connection = this.#connections;
    this.#entering.add(channelId);
    while (connection === this.#connections && this.#line.connected) {
      const answer = await this.#line.ask('channel.subscribe', { channelId });
      if (answer?.ok) return this.#catchUp(channelId, connection);
      if (answer?.error.retry === 'never') return false;
      await new Promise((resolve) => setTimeout(resolve, answer?.error.retryAfterMs ?? 100));
    }
    return false; // the next connection does it again
  }

  async #catchUp(channelId: ChannelId, connection: number): Promise<boolean> {
    const held = this.#channels.get(channelId);
    if (!held || held.catchingUp) return true;
    held.catchingUp = true;
    try {
      while (connection === this.#connections && this.#line.connected) {
        const { rev, epoch } = held;
        const answer = await this.#line.ask('channel.resume', { channelId, rev, epoch });
        if (answer?.ok) {
          const { reset, upTo, head, events } = answer.data;
          held.epoch = answer.data.epoch;
          if (reset) {
            held.seqs.clear();
            held.rev = 0;
            continue;
          }
          if (events.length > 0) this.#recorder.resumes += 1;
          this.#apply(held, events);
          held.rev = Math.max(held.rev, upTo);
          this.#join(held);
          if (held.rev >= head && held.beyond.size === 0) return true;
        } else {
          if (answer?.error.retry === 'never') return false;
          await new Promise((resolve) => setTimeout(resolve, answer?.error.retryAfterMs ?? 100));
        }
      }
      return false;
    } finally {
      held.catchingUp = false;
    }
  }

  #take({ channelId, epoch, prev, last, events }: ChannelFrame): void {
    const at = this.#recorder.now();
    this.#silence();
    const seen = { connection: this.#connection, user: this.userId, channel: channelId, at };
    if (this.#wire.get(channelId) !== prev && this.#entering.delete(channelId))
      this.#recorder.views.push({ is: 'placed', ...seen, rev: prev });
    this.#wire.set(channelId, last);
    const revs = events.map(({ rev }) => rev);
    this.#recorder.views.push({ is: 'frame', ...seen, epoch, prev, last, revs });
    const held = this.#channels.get(channelId);
    if (!held) return;
    this.#apply(held, events);
    held.beyond.set(prev, Math.max(last, held.beyond.get(prev) ?? 0));
    this.#join(held);
    if (held.beyond.size > 0) void this.#catchUp(channelId, this.#connections);
  }

  #apply(held: Held, events: readonly ChannelEvent[]): void {
    for (const event of events) if (event.kind === 'message') held.seqs.add(event.message.seq);
  }

  /** Moves on over everything that follows without a hole. */
  #join(held: Held): void {
    for (let moved = true; moved;) {
      moved = false;
      for (const [prev, last] of held.beyond) {
        if (prev > held.rev) continue;
        held.beyond.delete(prev);
        held.rev = Math.max(held.rev, last);
        moved = true;
      }
    }
  }

  #silence(): void {
    const now = this.#recorder.now();
    if (this.#heardAt === null) return;
    this.#recorder.longestGap = Math.max(this.#recorder.longestGap, now - this.#heardAt);
    this.#heardAt = now;
  }

  #tcp(): { pause(): void; resume(): void } | undefined {
    const engine = this.#line.socket.io.engine as unknown as {
      transport?: { ws?: { _socket?: { pause(): void; resume(): void } } };
    };
    return engine.transport?.ws?._socket;
  }
}
