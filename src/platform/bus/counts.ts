/** What passed the bus and what did not, for metrics and for who looks into an attack. */

/** How packets are sealed and opened; `open` gives the payload, or the name of the fault. */
export interface Seal {
  seal(channel: string, payload: Uint8Array): Buffer;
  open(channel: string, packet: Buffer): Buffer | string;
}

export interface BusCounts {
  published: number;
  /** Redis was away, or slower than what is sent to it. */
  notPublished: number;
  /** Sealed, fresh and of a kind that nodes send. */
  opened: number;
  /** By fault; `unwanted` is a packet that opened but is of no kind that nodes send. */
  readonly dropped: Map<string, number>;
}

export function busCounts(): BusCounts {
  return { published: 0, notPublished: 0, opened: 0, dropped: new Map() };
}

export function countDropped({ dropped }: BusCounts, fault: string): void {
  dropped.set(fault, (dropped.get(fault) ?? 0) + 1);
}
