/** Nothing leaves for Redis unsealed, and a Redis that is away or slow costs a notice, never an error or the memory. */
import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import type { BusCounts, Seal } from './counts.ts';

/** Bytes that may wait for Redis to answer; what comes beyond is not sent: followers read it from Postgres. */
const WAITING_BYTES = 4 * 1024 * 1024;

/** Sharded, or to every node of a cluster and through any proxy. */
type Command = 'spublish' | 'publish';

interface Packet {
  readonly command: Command;
  readonly channel: string;
  readonly bytes: Buffer;
  /** Hears how many heard it; null when it was not sent. */
  readonly sent: (heard: number | null) => void;
}

/** What the Socket.IO adapters call on their publishing client; the classic one also looks for errors, which it never has. */
export class SealedPublisher extends EventEmitter<{ error: [unknown] }> {
  readonly #client: Redis;
  readonly #seal: Seal;
  readonly #counts: BusCounts;
  #waiting = 0;
  /** Sealed in this turn of the event loop: they leave in one write, since a write costs more than a packet. */
  #turn: Packet[] = [];

  constructor(client: Redis, seal: Seal, counts: BusCounts) {
    super();
    this.#client = client;
    this.#seal = seal;
    this.#counts = counts;
  }

  /** Resolves with how many heard it, 0 when it was not sent; never rejects. */
  spublish(channel: string, payload: string | Uint8Array): Promise<number> {
    return this.#say('spublish', channel, payload);
  }

  /** As `spublish`, by the command that every Redis has. */
  publish(channel: string, payload: string | Uint8Array): Promise<number> {
    return this.#say('publish', channel, payload);
  }

  async #say(command: Command, channel: string, payload: string | Uint8Array): Promise<number> {
    const plain = typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload;
    if (this.#client.status !== 'ready' || this.#waiting > WAITING_BYTES) return this.#notSent();
    const bytes = this.#seal.seal(channel, plain);
    this.#waiting += bytes.length;
    const heard = await new Promise<number | null>((sent) => {
      this.#turn.push({ command, channel, bytes, sent });
      if (this.#turn.length === 1) setImmediate(() => void this.#send());
    });
    this.#waiting -= bytes.length;
    if (heard === null) return this.#notSent();
    this.#counts.published += 1;
    return heard;
  }

  async #send(): Promise<void> {
    const packets = this.#turn;
    this.#turn = [];
    const pipeline = this.#client.pipeline();
    for (const { command, channel, bytes } of packets) pipeline[command](channel, bytes);
    const answers = await pipeline.exec().catch(() => null);
    for (const [i, { sent }] of packets.entries()) {
      const [error, heard] = answers?.[i] ?? [new Error('not sent')];
      sent(error ? null : Number(heard));
    }
  }

  #notSent(): number {
    this.#counts.notPublished += 1;
    return 0;
  }
}
