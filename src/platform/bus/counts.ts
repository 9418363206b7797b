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

/** How long drops are gathered before they are told of: an attack shows in the log, and cannot fill it. */
const GATHERED_MS = 5_000;

export interface Drops {
  /** Counts one packet that was dropped for this fault. */
  count(fault: string): void;
  /** Tells of nothing any more. */
  end(): void;
}

/** Counts in `counts`, and hands `tell` how many were dropped for which fault, once for all of five seconds. */
export function drops(
  { dropped }: BusCounts,
  later: (milliseconds: number, task: () => void) => () => void,
  tell: (dropped: Readonly<Record<string, number>>) => void,
): Drops {
  const gathered = new Map<string, number>();
  let callOff: (() => void) | null = null;
  return {
    count(fault) {
      dropped.set(fault, (dropped.get(fault) ?? 0) + 1);
      gathered.set(fault, (gathered.get(fault) ?? 0) + 1);
      callOff ??= later(GATHERED_MS, () => {
        callOff = null;
        tell(Object.fromEntries(gathered));
        gathered.clear();
      });
    },
    end: () => callOff?.(),
  };
}
