/** Sends at set times whatever happens: who waits for an answer before sending on measures too little waiting. */

/** Begins a little later than now, so that the first message is not late already. */
const LEAD_MS = 20;

/**
 * Calls `send` for each message when it is due, `perSecond` evenly spaced ones in each second. A timer that comes late
 * sends all that has become due, and each keeps the time at which it should have been sent.
 */
export async function onSchedule(
  messages: number,
  perSecond: number,
  send: (message: number, dueAt: number, now: number) => void,
): Promise<void> {
  const began = performance.now() + LEAD_MS;
  const dueAt = (message: number) => began + (message * 1_000) / perSecond;
  for (let next = 0; next < messages;) {
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, dueAt(next) - performance.now())),
    );
    for (let now = performance.now(); next < messages && dueAt(next) <= now; next += 1) {
      send(next, dueAt(next), now);
      now = performance.now();
    }
  }
}
