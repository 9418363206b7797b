/** Brings every open log up to date after a connection was made: a few at a time, so that a return is no storm. */
import type { Log } from './channel-log.ts';

/** Logs that catch up at the same time. */
const AT_A_TIME = 4;

/**
 * Resolves when each log is live or closed, or when `current` says that the connection is another or none. One call
 * for all logs would take the place of this.
 */
export async function catchUp(logs: readonly Log[], current: () => boolean): Promise<void> {
  const waiting = [...logs];
  const next = async (): Promise<void> => {
    for (let log = waiting.shift(); log && current(); log = waiting.shift()) await log.catchUp();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, next));
}
