/** Nothing leaves for Redis unsealed, and a Redis that is away or slow costs a notice, never an error or the memory. */
import type { Redis } from 'ioredis';
import type { BusCounts, Seal } from './counts.ts';

/** Bytes that may wait for Redis to answer; what comes beyond is not sent: followers read it from Postgres. */
const WAITING_BYTES = 4 * 1024 * 1024;

/** What the sharded Socket.IO adapter calls on its publishing client. */
export class SealedPublisher {
  readonly #client: Redis;
  readonly #seal: Seal;
  readonly #counts: BusCounts;
  #waiting = 0;

  constructor(client: Redis, seal: Seal, counts: BusCounts) {
    this.#client = client;
    this.#seal = seal;
    this.#counts = counts;
  }

  /** Resolves with how many heard it, 0 when it was not sent; never rejects. */
  async spublish(channel: string, payload: string | Uint8Array): Promise<number> {
    const plain = typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload;
    if (this.#client.status !== 'ready' || this.#waiting > WAITING_BYTES) return this.#notSent();
    const packet = this.#seal.seal(channel, plain);
    this.#waiting += packet.length;
    try {
      const heard = await this.#client.spublish(channel, packet);
      this.#counts.published += 1;
      return Number(heard);
    } catch {
      return this.#notSent();
    } finally {
      this.#waiting -= packet.length;
    }
  }

  #notSent(): number {
    this.#counts.notPublished += 1;
    return 0;
  }
}
