/** Brings every open log up to date after a connection was made: a few at a time, so that a return is no storm. */
import type { Log } from './channel-log.ts';

/** Logs that catch up at the same time. */
const AT_A_TIME = 4;

/** Resolves when each log is live, closed, or has lost the connection again. One call for all would take its place. */
export async function catchUp(logs: readonly Log[]): Promise<void> {
  const waiting = [...logs];
  const next = async (): Promise<void> => {
    for (let log = waiting.shift(); log; log = waiting.shift()) await log.catchUp();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, next));
}
