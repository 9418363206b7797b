/** Whether Redis counts and carries what it is given: reachable, not throwing counters away, TLS on the way; it is not required. */
import { redisClient, type RedisServer } from '../../platform/redis.ts';
import { failed, ok, warning, type Finding } from './finding.ts';
import { judgeWay, type Way } from './postgres.ts';

export interface RedisFacts {
  /** e.g. `7.0.15`; a Valkey says the version of Redis that it is compatible with. */
  readonly version: string;
  /** Null where it does not say. */
  readonly policy: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Since when SSUBSCRIBE is there (https://redis.io/commands/ssubscribe). */
const SHARDED_SINCE = 7;
const PATIENCE_MS = 2_000;

/** Null when it does not answer. */
export async function redisFacts(server: RedisServer): Promise<RedisFacts | null> {
  const client = redisClient(server, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
  });
  client.on('error', () => undefined); // the call below says it
  try {
    await client.connect();
    const info = await client.info();
    const [seconds, microseconds] = await client.time();
    const field = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? null;
    return {
      version: field('redis_version') ?? '0',
      policy: field('maxmemory_policy'),
      now: Number(seconds) * 1_000 + Number(microseconds) / 1_000,
    };
  } catch {
    return null;
  } finally {
    client.disconnect();
  }
}

export function judgeRedis(
  facts: RedisFacts | null,
  about: {
    readonly way: Way;
    readonly production: boolean;
    readonly isEncrypted: boolean;
    readonly pubSub: 'sharded' | 'classic';
  },
): readonly Finding[] {
  if (facts === null)
    return [
      warning(
        'redis',
        'it does not answer; the server goes on without it, each node counting limits for itself and hearing of the others through Postgres',
        'See that it runs, and that REDIS_URL names it with its password.',
      ),
    ];
  const tls = about.isEncrypted ? 'TLS 1.2 or newer' : null;
  return [
    ok('redis', `it answers, version ${facts.version}; the server would go on without it`),
    judgeSharding(facts, about.pubSub),
    judgePolicy(facts),
    judgeWay('redis-tls', tls, about.way, about.production, 'Let REDIS_URL begin with rediss:'),
  ];
}

function judgeSharding({ version }: RedisFacts, pubSub: 'sharded' | 'classic'): Finding {
  const check = 'redis-publishing';
  if (pubSub === 'classic' || Number.parseInt(version, 10) >= SHARDED_SINCE)
    return ok(check, `it can publish as REDIS_PUBSUB asks: ${pubSub}`);
  return failed(
    check,
    `version ${version} cannot publish sharded: nodes do not hear each other`,
    'Set REDIS_PUBSUB to classic on all nodes, or move to Redis 7.',
  );
}

function judgePolicy({ policy }: RedisFacts): Finding {
  const check = 'redis-eviction';
  if (policy === null)
    return warning(check, 'it does not say what it throws away when it is full', 'Ask its keeper.');
  if (!policy.startsWith('allkeys')) return ok(check, `maxmemory-policy is ${policy}`);
  return failed(
    check,
    `maxmemory-policy is ${policy}: whoever fills it makes it forget what limits have counted`,
    'Set maxmemory-policy to noeviction, or to one that begins with volatile.',
  );
}
