/** What a crowd asks for is begun one at a time, with a look at everybody's calls in between. */

/**
 * Runs tasks in order, one in each turn of the event loop: between two of them, whatever has arrived on the
 * connections that are in is read and answered. A task that throws is a bug, and stops nobody else's.
 */
export function turnstile(): (task: () => void) => void {
  const waiting: (() => void)[] = [];
  const turn = (): void => {
    const task = waiting.shift();
    if (waiting.length > 0) setImmediate(turn);
    task?.();
  };
  return (task) => {
    waiting.push(task);
    if (waiting.length === 1) setImmediate(turn);
  };
}
