/** Limiters as nodes have them: each with a connection of its own to one Redis, all with the same digest keys. */
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { SessionId, UserId, WorkspaceId, WorkspaceRole } from '../../src/contract/index.ts';
import { Secret, type Actor, type Anonymous, type Clock } from '../../src/kernel/index.ts';
import {
  admissionTable,
  Breaker,
  httpDoor,
  LIMIT_TABLE,
  limiter,
  type AdmissionTable,
  type Limiter,
  type LimitTable,
} from '../../src/limits/index.ts';
import { connectRedis, type RedisLink } from '../../src/platform/redis.ts';
import { sharedHits } from '../../src/platform/redis-hits.ts';

const DOOR = admissionTable({ requestsPerHour: 1_000, handshakesPerMinute: 60 });

export interface LimitNode extends Limiter {
  readonly link: RedisLink;
  readonly door: ReturnType<typeof httpDoor>;
  /** What the limiter said of its store. */
  readonly changes: ('away' | 'back')[];
  /** Commands that were sent so far. */
  readonly commands: () => number;
}

export interface NodeOptions {
  readonly clock: Clock;
  readonly url?: string;
  readonly table?: LimitTable;
  readonly admission?: AdmissionTable;
  /** False: the windows go by the clock of Redis. */
  readonly byHand?: boolean;
}

export async function limitNode(options: NodeOptions): Promise<LimitNode> {
  const { clock, url = process.env['REDIS_URL'] ?? '', byHand = true } = options;
  const link = connectRedis({ url: new Secret(url) }, () => undefined);
  await once(link.client, 'ready');
  let commands = 0;
  const send = link.client.sendCommand.bind(link.client);
  link.client.sendCommand = (...args: Parameters<typeof send>) => {
    commands += 1;
    return send(...args);
  };
  const changes: ('away' | 'back')[] = [];
  const counting = {
    clock,
    admission: options.admission ?? DOOR,
    digest: (scope: string, value: string) =>
      createHmac('sha256', 'a key').update(`${scope} ${value}`).digest('hex'),
    breaker: new Breaker({
      monotonic: () => clock.monotonic(),
      changed: (store) => changes.push(store),
    }),
  };
  const limits = limiter({
    ...counting,
    table: options.table ?? LIMIT_TABLE,
    script: (lua) => link.script(lua),
    ...(byHand && { time: () => clock.now().getTime() }),
  });
  const door = httpDoor({ ...counting, shared: (windowMs) => sharedHits(link, windowMs) });
  return { ...limits, link, door, changes, commands: () => commands };
}

export function actor(role: WorkspaceRole = 'user', address = '203.0.113.9'): Actor {
  return {
    kind: 'actor',
    workspaceId: randomUUID() as WorkspaceId,
    userId: randomUUID() as UserId,
    sessionId: randomUUID() as SessionId,
    role,
    origin: { transport: 'socket', address, userAgent: null, connectionId: null },
  };
}

export function anonymous(workspaceId: WorkspaceId, address = '203.0.113.9'): Anonymous {
  const origin = { transport: 'http', address, userAgent: null, connectionId: null } as const;
  return { kind: 'anonymous', workspaceId, origin };
}
