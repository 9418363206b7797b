/** The real clock and the operating system's randomness, behind the kernel's ports. */
import { randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';
import { v7 } from 'uuid';
import type { Clock, Entropy } from '../kernel/index.ts';

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
};

/** How long this thread had something to do since it began, and how long it waited for something, in milliseconds. */
export const eventLoop = (): { readonly active: number; readonly idle: number } =>
  performance.eventLoopUtilization();

/** The random part of one id (RFC 9562, 5.7), and how many of them are asked of the system at once. */
const ID_BYTES = 16;
const IDS_AT_ONCE = 256;

/** `clock` gives the time part of ids, so that a test that moves the clock moves them too. */
export function systemEntropy(clock: Clock): Entropy {
  // Ids are no secrets, and every message has one: asking for each apart was a thirtieth of the server's work.
  const ahead = Buffer.alloc(ID_BYTES * IDS_AT_ONCE);
  let used = ahead.length;
  const randomBytes = () => {
    if (used === ahead.length) {
      randomFillSync(ahead);
      used = 0;
    }
    return ahead.subarray(used, (used += ID_BYTES));
  };
  let last = -1;
  let seq = 0;
  return {
    bytes: (length) => randomFillSync(Buffer.allocUnsafe(length)),
    id() {
      const random = randomBytes();
      const msecs = clock.now().getTime();
      // Counted up within a millisecond from anywhere in the lower half (RFC 9562, 6.2): later ids of a node sort later.
      seq = msecs === last ? seq + 1 : random.readUInt32BE(0) >>> 1;
      last = msecs;
      return v7({ msecs, random, seq });
    },
  };
}

/** The longest that a timer of Node can wait; beyond, it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Runs the task once, later; keeps no process alive. Returns how to call it off. */
export function later(milliseconds: number, task: () => void): () => void {
  const timer = setTimeout(task, Math.min(Math.max(milliseconds, 0), LONGEST_MS));
  timer.unref();
  return () => clearTimeout(timer);
}

/** What tells this node from the others of a deployment, also after a restart: where it listens. */
export function nodeName({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${hostname()}/${host}/${port}`;
}
