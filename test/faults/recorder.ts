/** Writes down what everybody asked and heard during a run, by one monotonic clock. */
import type { FaultEntry, MembershipEntry, Moment, SendEntry, ViewEntry } from './history.ts';

export class Recorder {
  readonly sends: SendEntry[] = [];
  readonly views: ViewEntry[] = [];
  readonly memberships: MembershipEntry[] = [];
  readonly faults: FaultEntry[] = [];
  /** Calls of channel.resume that brought something. */
  resumes = 0;
  /** The longest time without a frame of a listener that was being sent to, in milliseconds. */
  longestGap = 0;

  #acks = 0;
  #waiting: { readonly acks: number; readonly wake: () => void }[] = [];

  sent(entry: SendEntry): void {
    this.sends.push(entry);
    if (entry.is !== 'ok') return;
    this.#acks += 1;
    const due = this.#waiting.filter(({ acks }) => acks <= this.#acks);
    this.#waiting = this.#waiting.filter(({ acks }) => acks > this.#acks);
    for (const { wake } of due) wake();
  }

  /** Resolves when there are so many acknowledgements. */
  acked(acks: number): Promise<void> {
    if (this.#acks >= acks) return Promise.resolve();
    return new Promise((wake) => this.#waiting.push({ acks, wake }));
  }

  /** Resolves at the next acknowledgement: what is lost now was promised a moment ago. */
  nextAck(): Promise<void> {
    return this.acked(this.#acks + 1);
  }

  now(): Moment {
    return performance.now();
  }

  /** Records a fault for as long as `work` takes. */
  async fault(name: string, work: () => Promise<unknown>): Promise<void> {
    const from = this.now();
    try {
      await work();
    } finally {
      this.faults.push({ name, from, to: this.now() });
    }
  }
}
