/** What a node remembers of key epochs, and when one is over: by what it knows already, without asking anybody. */
import { LRUCache } from 'lru-cache';
import type { ChannelId } from '../contract/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { KeyEpoch } from './key-epoch-store.ts';

/** How long a key epoch may last, whichever is over first. */
export interface EpochLimits {
  /** Messages of the channel. */
  readonly messages: number;
  readonly ageMs: number;
}

/** Channels whose current key epoch is remembered; a wrong memory is found out by the commit and corrected. */
const REMEMBERED_EPOCHS = 50_000;

interface Remembered extends Omit<KeyEpoch, 'lastSeq'> {
  lastSeq: number;
}

export class RememberedEpochs {
  readonly #epochs = new LRUCache<ChannelId, Remembered>({ max: REMEMBERED_EPOCHS });
  readonly #limits: EpochLimits;
  readonly #clock: Clock;

  constructor(limits: EpochLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get(channelId: ChannelId): KeyEpoch | undefined {
    return this.#epochs.get(channelId);
  }

  set(epoch: KeyEpoch): void {
    this.#epochs.set(epoch.channelId, { ...epoch });
  }

  forget(channelId: ChannelId): void {
    this.#epochs.delete(channelId);
  }

  /** A post of the channel was committed at that place; those of other nodes count with the next one from here. */
  reached(channelId: ChannelId, seq: number): void {
    const epoch = this.#epochs.get(channelId);
    if (epoch && seq > epoch.lastSeq) epoch.lastSeq = seq;
  }

  isOver({ sinceSeq, sinceAt, lastSeq }: KeyEpoch): boolean {
    const { messages, ageMs } = this.#limits;
    return lastSeq - sinceSeq >= messages || this.#clock.now().getTime() - sinceAt >= ageMs;
  }
}
