/** A storm of refusals is told of in one line for all of five seconds: it shows in the log, and cannot fill it. */

/** How long refusals are gathered before they are told of. */
const GATHERED_MS = 5_000;

export interface Gathered {
  /** Counts one; the first since the last line names the line. */
  count(traceId: string): void;
  /** Tells of what is left, and of nothing any more. */
  end(): void;
}

/** Hands `tell` how many were counted, and the trace id of the first of them. */
export function gathered(
  later: (milliseconds: number, task: () => void) => () => void,
  tell: (count: number, traceId: string) => void,
): Gathered {
  let open: { count: number; readonly traceId: string; readonly callOff: () => void } | null = null;
  const close = (): void => {
    if (!open) return;
    const { count, traceId } = open;
    open = null;
    tell(count, traceId);
  };
  return {
    count(traceId) {
      open ??= { count: 0, traceId, callOff: later(GATHERED_MS, close) };
      open.count += 1;
    },
    end() {
      open?.callOff();
      close();
    },
  };
}
