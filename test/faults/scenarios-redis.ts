/** Redis killed, emptied, paused and cut off from a node. */
import { setTimeout as pause } from 'node:timers/promises';
import { WITHOUT_REDIS_MS } from './bounds.ts';
import type { Scenario } from './run.ts';

const AWAY_MS = 3_000;
const revocationBoundMs = WITHOUT_REDIS_MS;

export const REDIS_SCENARIOS: readonly Scenario[] = [
  {
    name: 'redis-killed',
    about: 'kill -9 of Redis, which returns empty after three seconds',
    revocationBoundMs,
    async inject({ house, recorder }) {
      await recorder.fault('kill -9 of Redis', async () => {
        await house.redis.kill();
        await pause(AWAY_MS);
        await house.redis.begin();
      });
    },
  },
  {
    name: 'redis-flushed',
    about: 'FLUSHALL, five times',
    revocationBoundMs,
    async inject({ house, recorder }) {
      for (let i = 0; i < 5; i += 1)
        await recorder.fault('FLUSHALL', async () => {
          await house.redis.admin.flushall();
          await pause(500);
        });
    },
  },
  {
    name: 'redis-paused',
    about: 'CLIENT PAUSE for three seconds',
    revocationBoundMs,
    async inject({ house, recorder }) {
      await recorder.fault('CLIENT PAUSE', async () => {
        await house.redis.admin.call('CLIENT', 'PAUSE', String(AWAY_MS), 'ALL');
        await pause(AWAY_MS);
      });
    },
  },
  {
    name: 'redis-cut',
    about: 'nothing arrives between one node and Redis, then the connections are reset',
    revocationBoundMs,
    async inject({ house, recorder }) {
      const [, { redis }] = house.sites;
      await recorder.fault('node B cut from Redis', async () => {
        redis.freeze();
        await pause(AWAY_MS);
        redis.thaw();
        redis.reset();
      });
    },
  },
];
