/** What it costs to count a call in its limits, and that it takes one round trip, by Redis' own count. */
import { randomUUID } from 'node:crypto';
import type { SessionId, UserId, WorkspaceId } from '../src/contract/index.ts';
import { Secret, type Actor } from '../src/kernel/index.ts';
import { admissionTable, Breaker, LIMIT_TABLE, limiter } from '../src/limits/index.ts';
import { connectRedis } from '../src/platform/redis.ts';
import { systemClock } from '../src/platform/system.ts';
import type { Services } from './services.ts';

export interface LimitCheck {
  readonly calls: number;
  /** Commands that came over the wire for each call. */
  readonly roundTrips: number;
  /** Microseconds a call: waited for, one after the other; of CPU here; inside Redis. */
  readonly waited: number;
  readonly cpu: number;
  readonly insideRedis: number;
}

const WARM_UP = 1_000;
const CALLS = 4_000;
/** Each calls this often: less than any window allows. */
const CALLS_EACH = 10;

/** Counts messages of many users in both windows of their limit, as each send does. */
export async function limitCheck({ env, redis }: Services): Promise<LimitCheck> {
  const link = connectRedis({ url: new Secret(env['REDIS_URL'] ?? '') }, () => undefined);
  try {
    await new Promise((resolve) => link.client.once('ready', resolve));
    const limits = limiter({
      clock: systemClock,
      table: LIMIT_TABLE,
      admission: admissionTable({ requestsPerHour: 1, handshakesPerMinute: 1 }),
      digest: (_scope, value) => value,
      script: (lua) => link.script(lua),
      breaker: new Breaker({
        monotonic: () => systemClock.monotonic(),
        changed(store) {
          throw new Error(`Redis is ${store}`);
        },
      }),
    });
    const workspaceId = randomUUID() as WorkspaceId;
    const count = async (calls: number) => {
      const callers = Array.from({ length: calls / CALLS_EACH }, () => somebody(workspaceId));
      for (const caller of callers)
        for (let i = 0; i < CALLS_EACH; i += 1) await limits.take('message.write', caller, null);
    };
    await count(WARM_UP);
    await redis.config('RESETSTAT');
    const cpu = process.cpuUsage();
    const began = performance.now();
    await count(CALLS);
    const waited = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    const { commands, microseconds } = scriptsIn(await redis.info('commandstats'));
    return {
      calls: CALLS,
      roundTrips: commands / CALLS,
      waited: (waited * 1_000) / CALLS,
      cpu: (user + system) / CALLS,
      insideRedis: microseconds / commands,
    };
  } finally {
    link.close();
  }
}

function somebody(workspaceId: WorkspaceId): Actor {
  return {
    kind: 'actor',
    workspaceId,
    userId: randomUUID() as UserId,
    sessionId: randomUUID() as SessionId,
    role: 'user',
    origin: { transport: 'socket', address: '127.0.0.1', userAgent: null, connectionId: null },
  };
}

/** The commands that clients sent: what a script calls inside Redis is counted there too, and is no round trip. */
function scriptsIn(stats: string): { commands: number; microseconds: number } {
  let commands = 0;
  let microseconds = 0;
  for (const [, calls, usec] of stats.matchAll(
    /^cmdstat_(?:evalsha|eval|script\S*):calls=(\d+),usec=(\d+)/gm,
  )) {
    commands += Number(calls);
    microseconds += Number(usec);
  }
  return { commands, microseconds };
}
