/** What will be sent, by whom, where and when: all of it follows from the seed, before anything is sent. */
import { Chance } from './chance.ts';

export interface PlannedSend {
  /** Milliseconds after the beginning. */
  readonly at: number;
  readonly writer: number;
  /** Where it is tried first: 0 is node A. */
  readonly node: 0 | 1;
  /** Gives up at the first definite no, instead of trying again: then it must never be stored. */
  readonly resigns: boolean;
  /** Sent a second time under the same clientId: at once on the other node, or there after the answer. */
  readonly again: 'parallel' | 'serial' | null;
}

export interface PlannedMove {
  /** Milliseconds after the beginning. */
  readonly at: number;
  readonly channel: number;
  /** Milliseconds from the removal's acknowledgement until the person is added again. */
  readonly awayMs: number;
}

export interface Schedule {
  readonly sends: readonly PlannedSend[];
  readonly moves: readonly PlannedMove[];
  /** After how many acknowledgements the fault comes: on a slow machine, too, people talk when it does. */
  readonly faultAfter: number;
}

/** How large a run is. */
export interface Size {
  readonly sends: number;
  readonly milliseconds: number;
  readonly channels: number;
  readonly writersPerChannel: number;
}

export interface Manner {
  /** Percent of the sends that are repeated. */
  readonly repeated?: { readonly percent: number; readonly how: 'parallel' | 'serial' };
  /** So many messages of one writer at the same moment, on both nodes. */
  readonly burst?: number;
}

export function schedule(seed: number, name: string, size: Size, manner: Manner = {}): Schedule {
  const chance = new Chance(seed, name);
  const writers = size.channels * size.writersPerChannel;
  const burst = manner.burst ?? 1;
  const sends: PlannedSend[] = [];
  const first = chance.between(0, writers);
  for (let i = 0; i < size.sends; i += 1) {
    const group = Math.floor(i / burst);
    // In turn, so that nobody comes to their limit; each turn begins a little off its time.
    const at = (group * burst * size.milliseconds) / size.sends + (i % burst) * 0.1;
    const { repeated } = manner;
    sends.push({
      at,
      writer: (first + group * 7) % writers,
      node: chance.percent(50) ? 0 : 1,
      resigns: chance.percent(12),
      again: repeated && chance.percent(repeated.percent) ? repeated.how : null,
    });
  }
  const moves = Array.from({ length: size.channels }, (_, channel) => ({
    at: size.milliseconds * (0.1 + 0.5 * chance.next()),
    channel,
    awayMs: size.milliseconds * (0.1 + 0.1 * chance.next()),
  }));
  return { sends, moves, faultAfter: Math.floor(size.sends * (0.15 + 0.1 * chance.next())) };
}
