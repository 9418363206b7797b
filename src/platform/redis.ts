/** One connection to Redis that fails fast: whatever needs Redis has an answer for when it is away. */
import { Redis, type RedisOptions } from 'ioredis';
import type { Secret } from '../kernel/index.ts';
import { ScriptRuns } from './redis-scripts.ts';

export interface RedisServer {
  readonly url: Secret<string>;
  /** The authorities that may vouch for a rediss server, in PEM; those that Node knows when not given. */
  readonly ca?: string | undefined;
}

/** Answers come as they always did: the other mapping has types of its own. */
type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

/** A client for the server; over TLS (rediss) its certificate is checked for the host of the URL. */
export function redisClient({ url, ca }: RedisServer, options: ClientOptions): Redis {
  const address = url.reveal();
  if (!address.startsWith('rediss:')) return new Redis(address, options);
  const tls = { ...(ca !== undefined && { ca }), minVersion: 'TLSv1.2' } as const;
  return new Redis(address, { ...options, tls });
}

export interface RedisLink {
  readonly client: Redis;
  /** True when Redis answers now. */
  answers(): Promise<boolean>;
  /**
   * Prepares a Lua script. Running it is one command and one round trip, which runs that are asked for meanwhile share
   * the next of; only a Redis that does not have the script yet is sent the text. Rejects when Redis is away, slow or
   * refuses; then it may still have run.
   */
  script(lua: string): (keys: readonly string[], args: readonly string[]) => Promise<unknown>;
  close(): void;
}

/** Connects in the background; `log` hears of the first failure and of the recovery, not of every attempt. */
export function connectRedis(
  server: RedisServer,
  log: (event: 'redis-away' | 'redis-back', detail: string) => void,
): RedisLink {
  const client = redisClient(server, {
    enableOfflineQueue: false, // a command for a Redis that is away fails at once instead of piling up
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: 250,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  let away = false;
  client.on('error', (error: Error & { code?: string }) => {
    if (!away) log('redis-away', error.code ?? error.name);
    away = true;
  });
  client.on('ready', () => {
    if (away) log('redis-back', 'connected');
    away = false;
  });
  return {
    client,
    answers: () =>
      client.ping().then(
        () => true,
        () => false,
      ),
    script(lua) {
      const runs = new ScriptRuns(client, lua);
      return (keys, args) => runs.run(keys, args);
    },
    close: () => client.disconnect(),
  };
}
