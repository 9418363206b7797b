/** Nobody's call is cut off by a server that stops: each connection closes when it has its answers, or time is up. */
import type { Entropy } from '../../kernel/index.ts';
import { chance } from '../chance.ts';
import type { Queue } from './gate.ts';
import { close } from './rooms.ts';
import type { ClientSocket } from './types.ts';

export interface DrainOptions {
  readonly entropy: Entropy;
  /** Runs a task later; returns how to call it off. */
  readonly later: (milliseconds: number, task: () => void) => () => void;
  /** Milliseconds that calls under way are given. */
  readonly drainMs: number;
}

/**
 * The least that a client is told to stay away, and what chance adds to it: a millisecond for each connection within
 * these bounds, so that those who leave together come back at about a thousand a second.
 */
const AWAY_MS = 250;
const SPREAD_MS = { least: 1_000, most: 5_000 };

/**
 * Tells every client when to come back and takes no more calls; resolves when all connections are closing and
 * `answered` (the requests over HTTP) has resolved, after `drainMs` at the latest.
 */
export async function drain(
  queues: ReadonlyMap<ClientSocket, Queue>,
  answered: Promise<void>,
  { entropy, later, drainMs }: DrainOptions,
): Promise<void> {
  let callOff = (): void => undefined;
  const overdue = new Promise<void>((resolve) => (callOff = later(drainMs, resolve)));
  const spread = Math.min(Math.max(queues.size, SPREAD_MS.least), SPREAD_MS.most);
  const endings = [...queues].map(async ([socket, queue]) => {
    const reconnectInMs = AWAY_MS + Math.floor(chance(entropy) * spread);
    socket.emit('server.draining', { reconnectInMs });
    await Promise.race([queue.finish(reconnectInMs), overdue]);
    close(socket, 'server_draining');
  });
  await Promise.all([...endings, Promise.race([answered, overdue])]);
  callOff();
}

/** The part of the engine's connection that says what it still has to send. */
interface Sending {
  readonly writeBuffer: readonly unknown[];
  once(event: 'drain' | 'close', heard: () => void): void;
}

/** Resolves when the last words of a closing connection are on their way: closing the engine would drop them. */
export function flushed({ conn }: ClientSocket): Promise<void> {
  const connection = conn as unknown as Sending;
  return new Promise((resolve) => {
    if (connection.writeBuffer.length === 0) resolve();
    connection.once('drain', resolve);
    connection.once('close', resolve);
  });
}
