/** What a crowd asks for is begun one by one, and has a share of the event loop: everybody's calls have the rest. */
import { Refusal, type Entropy } from '../kernel/index.ts';
import { around } from './chance.ts';

/** The longest rest, in milliseconds: where others keep the loop busy all the time, the crowd moves by forty a second. */
const REST_MS = 25;
/** What whoever finds no place is told to wait, or so. */
const RETRY_MS = 5_000;

/** Milliseconds in which the event loop had something to do, and in which it waited for something; both only rise. */
export interface LoopTime {
  readonly active: number;
  readonly idle: number;
}

export interface TurnstileOptions {
  readonly loop: () => LoopTime;
  /** Runs the task after that many milliseconds. */
  readonly later: (milliseconds: number, task: () => void) => unknown;
}

export interface Share {
  /** The loop waits for so many times as long as it was busy: with 1 a crowd has half of it, with 3 a quarter. */
  readonly quiet: number;
  /** Tasks that may wait: a line without an end would hold whatever its crowd holds open. */
  readonly places: number;
}

/** Begins the task when its turn has come; false, and it never runs, where there is no place left. */
export type Turnstile = (task: () => void) => boolean;

/**
 * Runs tasks in order, one in a turn of the event loop. What a task begins goes on for several turns and costs several
 * times what it cost to begin (a login: 5 ms in all), and a call of somebody who is in takes several turns too. So the next
 * one waits until the loop has waited for `quiet` times as long as it was busy since the last one began. With 1, 200 logins
 * at once made the calls of others take three times as long at the 99th percentile, with 3 less than twice
 * (test/soak/login-storm.test.ts). A task that throws is a bug, and stops nobody else's.
 */
export function turnstile({ loop, later }: TurnstileOptions, { quiet, places }: Share): Turnstile {
  const waiting: (() => void)[] = [];
  let turning = false;
  const rest = (since: LoopTime): void => {
    const now = loop();
    const busy = now.active - since.active;
    const waited = now.idle - since.idle;
    const left = Math.min(quiet * busy - waited, REST_MS - waited - busy);
    if (left <= 0) turn();
    else later(left, () => rest(since));
  };
  const turn = (): void => {
    const began = loop();
    try {
      waiting.shift()?.();
    } finally {
      turning = waiting.length > 0;
      if (turning) setImmediate(rest, began);
    }
  };
  return (task) => {
    if (waiting.length >= places) return false;
    waiting.push(task);
    if (!turning) setImmediate(turn);
    turning = true;
    return true;
  };
}

/** The no to whoever finds no place, with a time to come back that is theirs alone. */
export function noPlace(entropy: Entropy): Refusal {
  return new Refusal('overloaded', { retryAfterMs: around(RETRY_MS, entropy) });
}
