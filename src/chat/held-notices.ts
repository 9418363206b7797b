/** Commit notices that cannot be emitted yet, because one before them is missing or because they wait for their frame. */
import type { ChannelEvent } from '../contract/index.ts';

/** Notices that are held; beyond, they are dropped and read back from the log. */
const MOST = 1_000;

export class HeldNotices {
  /** By the revision before their first event. */
  readonly #notices = new Map<number, readonly ChannelEvent[]>();

  add(events: readonly ChannelEvent[]): void {
    const first = events[0];
    if (first && this.#notices.size < MOST) this.#notices.set(first.rev - 1, events);
  }

  /** What follows on `rev` without a hole, and the revision up to which it goes. */
  after(rev: number): { readonly last: number; readonly events: readonly ChannelEvent[] } {
    const events: ChannelEvent[] = [];
    let last = rev;
    for (let next = this.#notices.get(last); next; next = this.#notices.get(last)) {
      events.push(...next);
      last = next.at(-1)?.rev ?? last;
    }
    return { last, events };
  }

  /** Lets go of what begins before `rev`. */
  forget(rev: number): void {
    for (const prev of this.#notices.keys()) if (prev < rev) this.#notices.delete(prev);
  }

  clear(): void {
    this.#notices.clear();
  }

  get size(): number {
    return this.#notices.size;
  }
}
