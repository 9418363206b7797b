/** A connection that sends more frames than any client needs is closed, and what it sends is not even parsed. */
import type { Clock } from '../../kernel/index.ts';
import type { Gateway } from './types.ts';

export interface FrameAllowance {
  /** Frames a second over a longer time. */
  readonly perSecond: number;
  /** Frames at once after being quiet. */
  readonly burst: number;
}

/** The part of the engine's connection that hands frames on: `ws` emits them, the engine's transport listens. */
interface Wire {
  listeners(event: 'message'): ((...frame: unknown[]) => void)[];
  removeAllListeners(event: 'message'): void;
  on(event: 'message' | 'ping' | 'pong', listener: (...frame: unknown[]) => void): void;
  pause(): void;
  terminate(): void;
}

/** How long the client has to read why it is closed. */
const LAST_WORDS_MS = 1_000;

/**
 * Puts a token bucket before each connection: it holds `burst` frames and gains `perSecond` each second (the leaky
 * bucket as a meter, ITU-T I.371). Pings and pongs of the WebSocket count as well: each costs an answer or a look.
 * `flooded` hears once per connection and may still send; the connection is read no further, and cut soon after.
 */
export function closeFlooding(
  io: Gateway,
  { perSecond, burst }: FrameAllowance,
  clock: Clock,
  later: (milliseconds: number, task: () => void) => () => void,
  flooded: (connection: object) => void,
): void {
  io.engine.on('connection', (connection: { transport: { socket: Wire } }) => {
    const wire = connection.transport.socket;
    let tokens = burst;
    let filled = clock.monotonic();
    let isOver = false;
    const passes = (): boolean => {
      if (isOver) return false;
      const now = clock.monotonic();
      tokens = Math.min(burst, tokens + ((now - filled) * perSecond) / 1_000);
      filled = now;
      if (tokens >= 1) {
        tokens -= 1;
        return true;
      }
      isOver = true;
      wire.pause();
      flooded(connection);
      later(LAST_WORDS_MS, () => wire.terminate());
      return false;
    };
    const parse = wire.listeners('message');
    wire.removeAllListeners('message');
    wire.on('message', (...frame) => {
      if (passes()) for (const listener of parse) listener.apply(wire, frame);
    });
    wire.on('ping', passes);
    wire.on('pong', passes);
  });
}
