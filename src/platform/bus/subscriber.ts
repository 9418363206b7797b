/** Whatever is published, only what a node of ours sealed for this channel, lately and for the first time, is heard. */
import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import type { BusCounts, Drops, Seal } from './counts.ts';

interface SubscriberOptions {
  readonly seal: Seal;
  readonly admits: (payload: Buffer) => boolean;
  readonly counts: BusCounts;
  readonly drops: Drops;
}

/** What the sharded Socket.IO adapter calls on its subscribing client, and the one event that it listens to. */
export class SealedSubscriber extends EventEmitter<{ smessageBuffer: [Buffer, Buffer] }> {
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
    client.on('smessageBuffer', (channel: Buffer, packet: Buffer) => this.#take(channel, packet));
  }

  /** Resolves when it is noted; it takes effect as soon as Redis is there. */
  ssubscribe(channel: string): Promise<void> {
    this.#channels.add(channel);
    if (this.#client.status === 'ready') this.#ask([channel]);
    return Promise.resolve();
  }

  sunsubscribe(channels: string | readonly string[]): Promise<void> {
    const gone = [channels].flat();
    for (const channel of gone) this.#channels.delete(channel);
    if (this.#client.status === 'ready') this.#client.sunsubscribe(...gone).catch(() => undefined);
    return Promise.resolve();
  }

  /** Connected, and listening to everything it was asked to. */
  get listening(): boolean {
    return this.#client.status === 'ready' && this.#listening === this.#channels.size;
  }

  #ask(channels: readonly string[]): void {
    this.#listening = 0;
    if (channels.length === 0) return;
    this.#client.ssubscribe(...channels).then(
      (count) => (this.#listening = Number(count)),
      () => undefined, // the connection went: `ready` comes again
    );
  }

  #take(channel: Buffer, packet: Buffer): void {
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
    this.emit('smessageBuffer', channel, payload);
  }
}
