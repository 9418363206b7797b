/** Up to where one has read each channel, on whatever device: what is marked here is told soon, in one call for many marks. */
import type { Broadcasts } from '../contract/broadcasts.ts';
import type { ChannelId } from '../contract/ids.ts';
import type { ReadMarks, Unlisten } from './api.ts';
import type { Calls } from './calls.ts';
import { backoff, type Timers } from './timers.ts';
import type { OperationName, OutputOf } from './types.ts';
import { Changes } from './watched.ts';

/** From a mark to the call that tells it: whoever scrolls through a channel makes many. */
const GATHER_MS = 500;

interface Told {
  readonly id: ChannelId;
  readonly readSeq?: number | null;
}

export interface ReadMarksParts {
  readonly calls: Pick<Calls, 'call'>;
  readonly timers: Timers;
  readonly failed: (error: unknown) => void;
}

export class Marks implements ReadMarks {
  readonly #parts: ReadMarksParts;
  readonly #changes: Changes;
  readonly #marks = new Map<ChannelId, number>();
  /** What the server does not know yet. */
  #untold = new Map<ChannelId, number>();
  #callOff: (() => void) | null = null;
  #telling: Promise<void> | null = null;
  #attempt = 0;

  constructor(parts: ReadMarksParts) {
    this.#parts = parts;
    this.#changes = new Changes(parts.failed);
  }

  of(id: ChannelId): number | null {
    return this.#marks.get(id) ?? null;
  }

  mark(id: ChannelId, seq: number): void {
    if (!this.#put(id, seq)) return;
    this.#untold.set(id, seq);
    this.#tellLater(GATHER_MS);
  }

  async flush(): Promise<void> {
    await this.#telling;
    if (this.#untold.size > 0) await this.#tell();
  }

  on(_event: 'changed', listener: () => void): Unlisten {
    return this.#changes.on(listener);
  }

  /** Takes what any reply says. */
  answered(name: OperationName, data: unknown): void {
    this.learn(channelsIn(name, data));
  }

  heard(event: string, payload: unknown): void {
    if (event !== 'receipt.marked') return;
    const { channelId, seq } = payload as Broadcasts['receipt.marked'];
    this.learn([{ id: channelId, readSeq: seq }]);
  }

  /** Takes what a reply or another device says: a mark goes forward only. */
  learn(channels: readonly Told[]): void {
    for (const { id, readSeq } of channels) if (typeof readSeq === 'number') this.#put(id, readSeq);
  }

  /** Forgets everything: these were the marks of somebody else. */
  clear(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#untold = new Map();
    this.#marks.clear();
  }

  /** There is a connection again. */
  pump(): void {
    if (this.#untold.size > 0) this.#tellLater(GATHER_MS);
  }

  #put(id: ChannelId, seq: number): boolean {
    if (!Number.isSafeInteger(seq) || seq <= (this.#marks.get(id) ?? 0)) {
      if (seq === 0 && !this.#marks.has(id)) this.#marks.set(id, 0);
      return false;
    }
    this.#marks.set(id, seq);
    this.#changes.changed();
    return true;
  }

  #tellLater(milliseconds: number): void {
    this.#callOff ??= this.#parts.timers.after(milliseconds, () => {
      this.#callOff = null;
      this.#tell().catch(this.#parts.failed);
    });
  }

  #tell(): Promise<void> {
    return (this.#telling ??= this.#tellAll().finally(() => (this.#telling = null)));
  }

  async #tellAll(): Promise<void> {
    this.#callOff?.();
    this.#callOff = null;
    for (const [channelId, seq] of this.#untold) {
      const outcome = await this.#parts.calls.call('receipt.mark', { channelId, seq });
      if (!outcome.ok && outcome.refusal.retry === 'later') {
        this.#tellLater(outcome.refusal.retryAfterMs ?? backoff(this.#attempt));
        this.#attempt += 1;
        return;
      }
      this.#attempt = 0;
      // Marked further meanwhile, it is told again.
      if (this.#untold.get(channelId) === seq) this.#untold.delete(channelId);
      else this.#tellLater(GATHER_MS);
      if (outcome.ok) this.#put(channelId, outcome.data.seq);
    }
  }
}

/** The channels that a reply tells of, as far as it tells how one has read them. */
function channelsIn(name: OperationName, data: unknown): readonly Told[] {
  if (name === 'channel.list') return (data as OutputOf<'channel.list'>).channels;
  if (name === 'channel.sync')
    return (data as OutputOf<'channel.sync'>).channels.flatMap((answer) =>
      'channel' in answer ? [answer.channel] : [],
    );
  return ONE.has(name) ? [data as Told] : [];
}

const ONE: ReadonlySet<OperationName> = new Set([
  'channel.create',
  'channel.read',
  'channel.subscribe',
]);
