/** What a crowd asks for is begun in small portions, with as long for everybody's calls in between. */

/** The longest that a portion may keep the calls of others waiting; the task that passes it is still finished. */
const PORTION_MS = 4;
/** The least that a portion has: where the machine is so busy that time passes in every task, the crowd still moves. */
const PORTION = 4;

export interface TurnstileOptions {
  /** Milliseconds that only rise. */
  readonly monotonic: () => number;
  /** Runs the task after that many milliseconds. */
  readonly later: (milliseconds: number, task: () => void) => unknown;
}

/**
 * Runs tasks in order, as many in one turn of the event loop as fit into a few milliseconds, and a few at least. Between
 * two portions it rests for as long as the last one took: what has arrived on the connections that are in is read, and
 * what the crowd began goes on, one call of which takes several turns. A task that throws is a bug, and stops nobody
 * else's.
 */
export function turnstile({ monotonic, later }: TurnstileOptions): (task: () => void) => void {
  let waiting: (() => void)[] = [];
  let next = 0;
  const turn = (): void => {
    const began = monotonic();
    const until = began + PORTION_MS;
    const least = next + PORTION;
    try {
      while (next < waiting.length && (next < least || monotonic() < until)) waiting[next++]?.();
    } finally {
      if (next < waiting.length) later(monotonic() - began, turn);
      else [waiting, next] = [[], 0];
    }
  };
  return (task) => {
    waiting.push(task);
    if (waiting.length === 1) setImmediate(turn);
  };
}
