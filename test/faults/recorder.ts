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
