/** What nodes tell each other through Redis: sealed on the way out, opened and judged on the way in, all of it counted. */
import type { RedisOptions } from 'ioredis';
import { redisClient, type RedisServer } from '../redis.ts';
import { SealedPublisher } from './publisher.ts';
import { SealedSubscriber } from './subscriber.ts';
import { busCounts, drops, type BusCounts, type Seal } from './counts.ts';

export type { BusCounts, Seal } from './counts.ts';
export type { SealedPublisher } from './publisher.ts';
export type { SealedSubscriber } from './subscriber.ts';

/** The two clients that a Socket.IO adapter takes, and what passed them. */
export interface Bus {
  readonly publisher: SealedPublisher;
  readonly subscriber: SealedSubscriber;
  readonly counts: BusCounts;
  close(): void;
}

export interface BusOptions {
  /** The kind of subscriptions that the adapter above makes. */
  readonly pubSub: 'sharded' | 'classic';
  readonly seal: Seal;
  /** Whether a packet that opened may go on; what a node never sends is dropped although it is sealed. */
  readonly admits: (payload: Buffer) => boolean;
  /** Runs `task` after that many milliseconds; returns how to call it off. */
  readonly later: (milliseconds: number, task: () => void) => () => void;
  /** Hears of packets that were dropped, by fault: once for all that came within some seconds. */
  readonly dropped: (byFault: Readonly<Record<string, number>>) => void;
}

/** A command for a Redis that is away fails at once; nothing is kept for it, and nothing is sent twice. */
const FAIL_FAST = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: 2_000,
  keepAlive: 10_000,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
} satisfies RedisOptions;
/** A publish that stays without an answer for so long means that the connection is dead. */
const DEAD_MS = 5_000;

/** Connects in the background, and again whenever Redis was away; the followers read Postgres meanwhile. */
export function connectBus(server: RedisServer, options: BusOptions): Bus {
  const { pubSub, seal, admits, later, dropped } = options;
  const counts = busCounts();
  const dropping = drops(counts, later, dropped);
  const speaking = redisClient(server, { ...FAIL_FAST, socketTimeout: DEAD_MS });
  const listening = redisClient(server, { ...FAIL_FAST, autoResubscribe: false });
  // That Redis is away is told once, by the connection of `connectRedis`.
  for (const client of [speaking, listening]) client.on('error', () => undefined);
  return {
    publisher: new SealedPublisher(speaking, seal, counts),
    subscriber: new SealedSubscriber(listening, {
      pubSub,
      seal,
      admits,
      counts,
      drops: dropping,
    }),
    counts,
    close() {
      dropping.end();
      speaking.disconnect();
      listening.disconnect();
    },
  };
}
