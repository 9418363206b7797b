/** Tells each connection now and then how far the logs of its channels reach, so that a loss shows when nobody speaks. */
import {
  HEADS_CHANNELS,
  HEADS_EVERY_MS,
  type ChannelHead,
  type ChannelId,
} from '../contract/index.ts';
import type { Audience } from './follower.ts';

export interface HeadsOptions {
  readonly audience: Pick<Audience, 'connections' | 'follows' | 'tellHeads'>;
  readonly later: (milliseconds: number, task: () => void) => () => void;
  /** Asked before each connection is told. */
  readonly mayDeliver: () => boolean;
}

/** How often heads are read: for followers to which no notice came, and then for the connections whose turn it is. */
export const POLL_MS = 500;
/** Turns in a round: each connection has one of them. */
export const HEAD_TURNS = HEADS_EVERY_MS / POLL_MS;
/** Connections that are told before others may have the event loop. */
const AT_A_TIME = 100;

export class Heads {
  readonly #options: HeadsOptions;
  #turn = 0;
  #stopped = false;

  constructor(options: HeadsOptions) {
    this.#options = options;
  }

  /** Tells the connections whose turn is next. */
  async turn(heads: ReadonlyMap<ChannelId, ChannelHead>): Promise<void> {
    const turn = (this.#turn = (this.#turn + 1) % HEAD_TURNS);
    await this.#tell(heads, (connectionId) => turnOf(connectionId) === turn);
  }

  /** Tells every connection what of these it follows; gives how many were told. */
  tell(heads: ReadonlyMap<ChannelId, ChannelHead>): Promise<number> {
    return this.#tell(heads, () => true);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #tell(
    heads: ReadonlyMap<ChannelId, ChannelHead>,
    isTold: (connectionId: string) => boolean,
  ): Promise<number> {
    const { audience, mayDeliver, later } = this.#options;
    const chosen = [...audience.connections()].filter(isTold);
    let told = 0;
    for (const [n, connectionId] of chosen.entries()) {
      if (n > 0 && n % AT_A_TIME === 0) await new Promise<void>((resolve) => later(0, resolve));
      if (this.#stopped || !mayDeliver()) return told;
      // Asked only now: whoever was removed while others were told is in the room no more.
      const channels = audience.follows(connectionId).flatMap((id) => heads.get(id) ?? []);
      if (channels.length > 0 && this.#send(connectionId, channels)) told += 1;
    }
    return told;
  }

  #send(connectionId: string, channels: readonly ChannelHead[]): boolean {
    for (let at = 0; at < channels.length; at += HEADS_CHANNELS) {
      const piece = channels.slice(at, at + HEADS_CHANNELS);
      if (!this.#options.audience.tellHeads(connectionId, { channels: piece })) return false;
    }
    return true;
  }
}

/** Ids of connections are random: so are their turns, and a connection keeps its own. */
function turnOf(connectionId: string): number {
  let sum = 0;
  for (let i = 0; i < connectionId.length; i += 1) sum += connectionId.charCodeAt(i);
  return sum % HEAD_TURNS;
}
