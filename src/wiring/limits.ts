/** Fits the limits to their stores: all count by one digest, and have one mind about whether Redis is away. */
import type { Config } from '../config.ts';
import type { Digests } from '../crypto/index.ts';
import type { Clock } from '../kernel/index.ts';
import { admissionTable, Breaker, httpDoor, limiter, type LimitTable } from '../limits/index.ts';
import type { Logger } from '../platform/log.ts';
import type { RedisLink } from '../platform/redis.ts';
import { sharedHits } from '../platform/redis-hits.ts';
import { systemClock } from '../platform/system.ts';

export interface LimitsOptions {
  readonly sizes: Config['door'];
  readonly table: LimitTable;
  readonly clock: Clock;
  readonly redis: RedisLink;
  readonly digests: Digests;
  readonly log: Logger;
}

/** The limiter of operations and handshakes, and the door of HTTP. */
export function limits({ sizes, table, clock, redis, digests, log }: LimitsOptions) {
  const counting = {
    clock,
    admission: admissionTable(sizes),
    digest: (scope: string, value: string) =>
      digests.of('limit', scope, value).toString('base64url'),
    breaker: new Breaker({
      monotonic: () => clock.monotonic(),
      changed: (store, cause) => log.warn(`limits: Redis ${store}`, { cause }),
    }),
  };
  const limited = limiter({
    ...counting,
    table,
    script: (lua) => redis.script(lua),
    // The nodes share the clock of Redis; one that a test moves by hand must move the windows as well.
    ...(clock !== systemClock && { time: () => clock.now().getTime() }),
  });
  const door = httpDoor({ ...counting, shared: (windowMs) => sharedHits(redis, windowMs) });
  return { limited, door };
}
