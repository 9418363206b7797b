/** Whatever is published, only what a node of ours sealed for this channel, lately and for the first time, is heard. */
import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import type { BusCounts, Drops, Seal } from './counts.ts';

interface SubscriberOptions {
  /** Sharded (Redis 7 and newer), or by the commands that every Redis and every proxy has. */
  readonly pubSub: 'sharded' | 'classic';
  readonly seal: Seal;
  readonly admits: (payload: Buffer) => boolean;
  readonly counts: BusCounts;
  readonly drops: Drops;
}

interface Heard {
  smessageBuffer: [channel: Buffer, payload: Buffer];
  messageBuffer: [channel: Buffer, payload: Buffer];
  /** The classic adapter listens to it for broadcasts of other nodes, which there are none of: it never comes. */
  pmessageBuffer: [pattern: Buffer, channel: Buffer, payload: Buffer];
}

/** What the Socket.IO adapters call on their subscribing client, and the events that they listen to. */
export class SealedSubscriber extends EventEmitter<Heard> {
  readonly #client: Redis;
  readonly #options: SubscriberOptions;
  readonly #channels = new Set<string>();
  /** How many channels Redis says this connection listens to. */
  #listening = 0;

  constructor(client: Redis, options: SubscriberOptions) {
    super();
    this.#client = client;
    this.#options = options;
    // Also after an outage: the subscriptions of a connection end with it.
    client.on('ready', () => this.#ask([...this.#channels]));
    const event = options.pubSub === 'sharded' ? 'smessageBuffer' : 'messageBuffer';
    client.on(event, (channel: Buffer, packet: Buffer) => this.#take(event, channel, packet));
  }

  /** Resolves when it is noted; it takes effect as soon as Redis is there. */
  ssubscribe(channel: string): Promise<void> {
    return this.#begin([channel]);
  }

  sunsubscribe(channels: string | readonly string[]): Promise<void> {
    return this.#end([channels].flat());
  }

  /** As `ssubscribe`, for the classic adapter. */
  subscribe(channels: readonly string[]): Promise<void> {
    return this.#begin(channels);
  }

  unsubscribe(channels: readonly string[]): Promise<void> {
    return this.#end(channels);
  }

  /** Nothing is asked of Redis: all that could come by the pattern are broadcasts, and those are not admitted. */
  psubscribe(): Promise<void> {
    return Promise.resolve();
  }

  punsubscribe(): Promise<void> {
    return Promise.resolve();
  }

  /** Connected, and listening to everything it was asked to. */
  get listening(): boolean {
    return this.#client.status === 'ready' && this.#listening === this.#channels.size;
  }

  #begin(channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.#channels.add(channel);
    if (this.#client.status === 'ready') this.#ask(channels);
    return Promise.resolve();
  }

  #end(channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.#channels.delete(channel);
    if (this.#client.status !== 'ready') return Promise.resolve();
    const command = this.#options.pubSub === 'sharded' ? 'sunsubscribe' : 'unsubscribe';
    this.#client[command](...channels).catch(() => undefined);
    return Promise.resolve();
  }

  #ask(channels: readonly string[]): void {
    this.#listening = 0;
    if (channels.length === 0) return;
    const command = this.#options.pubSub === 'sharded' ? 'ssubscribe' : 'subscribe';
    this.#client[command](...channels).then(
      (count) => (this.#listening = Number(count)),
      () => undefined, // the connection went: `ready` comes again
    );
  }

  #take(event: 'smessageBuffer' | 'messageBuffer', channel: Buffer, packet: Buffer): void {
    const { seal, admits, counts, drops } = this.#options;
    const payload = seal.open(channel.toString('utf8'), packet);
    if (typeof payload === 'string') {
      if (payload !== 'own') drops.count(payload);
      return;
    }
    if (!admits(payload)) {
      drops.count('unwanted');
      return;
    }
    counts.opened += 1;
    this.emit(event, channel, payload);
  }
}
