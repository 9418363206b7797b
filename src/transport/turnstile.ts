/** What a crowd asks for is begun in small portions, with a look at everybody's calls in between. */

/** The longest that a portion may keep the calls of others waiting; the task that passes it is still finished. */
const PORTION_MS = 4;
/** The least that a portion has: where the machine is so busy that time passes in every task, the crowd still moves. */
const PORTION = 4;

/**
 * Runs tasks in order, as many in one turn of the event loop as fit into a few milliseconds by `monotonic`, and a few at
 * least: between two portions, whatever has arrived on the connections that are in is read and answered. A task that
 * throws is a bug, and stops nobody else's.
 */
export function turnstile(monotonic: () => number): (task: () => void) => void {
  let waiting: (() => void)[] = [];
  let next = 0;
  const turn = (): void => {
    const until = monotonic() + PORTION_MS;
    const least = next + PORTION;
    try {
      while (next < waiting.length && (next < least || monotonic() < until)) waiting[next++]?.();
    } finally {
      if (next < waiting.length) setImmediate(turn);
      else [waiting, next] = [[], 0];
    }
  };
  return (task) => {
    waiting.push(task);
    if (waiting.length === 1) setImmediate(turn);
  };
}
