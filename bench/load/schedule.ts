/** When to send: at set times whatever happens, or as fast as each speaker is answered. */

/** Begins a little later than now, so that the first message is not late already. */
const LEAD_MS = 20;

/**
 * Calls `send` for each message when it is due, `perSecond` evenly spaced ones in each second, whatever happens: who
 * waits for an answer before sending on measures too little waiting. A timer that comes late
 * sends all that has become due, and each keeps the time at which it should have been sent. Ends early once `isOver`.
 */
export async function onSchedule(
  messages: number,
  perSecond: number,
  send: (message: number, dueAt: number, now: number) => void,
  isOver: () => boolean = () => false,
): Promise<void> {
  const began = performance.now() + LEAD_MS;
  const dueAt = (message: number) => began + (message * 1_000) / perSecond;
  for (let next = 0; next < messages && !isOver();) {
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, dueAt(next) - performance.now())),
    );
    for (let now = performance.now(); next < messages && dueAt(next) <= now; next += 1) {
      send(next, dueAt(next), now);
      now = performance.now();
    }
  }
}

export interface Pressure {
  /** The most that are sent in all; each speaker has every `speakers`th of them. */
  readonly messages: number;
  readonly speakers: number;
  /** Nothing is sent after so many. */
  readonly seconds: number;
  /** The least time between two messages of one speaker: what their limit allows. */
  readonly pauseMs: number;
}

/**
 * Each speaker sends a message when the one before is answered and the pause is over; they begin one after the other,
 * spread over the first pause. Resolves when nobody will send any more and everything is answered, or half a minute
 * after the end. How many are sent measures what is taken; how long each takes says little about waiting, since who
 * is not answered sends nothing.
 */
export async function underPressure(
  { messages, speakers, seconds, pauseMs }: Pressure,
  send: (message: number, now: number) => Promise<void>,
): Promise<void> {
  const began = performance.now() + LEAD_MS;
  const end = began + seconds * 1_000;
  const speaker = async (first: number) => {
    let dueAt = began + (first / speakers) * pauseMs;
    for (let message = first; message < messages && dueAt < end; message += speakers) {
      await until(dueAt);
      const now = performance.now();
      dueAt = now + pauseMs;
      await send(message, now);
      dueAt = Math.max(dueAt, performance.now());
    }
  };
  const all = Promise.all(Array.from({ length: speakers }, (_, first) => speaker(first)));
  let timer: NodeJS.Timeout | undefined;
  const givenUp = new Promise((resolve) => {
    timer = setTimeout(resolve, seconds * 1_000 + 30_000);
  });
  await Promise.race([all, givenUp]);
  clearTimeout(timer);
}

function until(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
}
