/** Everything that is made to fail, each as one scenario. */
import { setTimeout as pause } from 'node:timers/promises';
import { beyond, WITHOUT_REDIS_MS } from './bounds.ts';
import type { Scenario } from './run.ts';
import { CLIENT_SCENARIOS } from './scenarios-clients.ts';
import { POSTGRES_SCENARIOS } from './scenarios-postgres.ts';
import { REDIS_SCENARIOS } from './scenarios-redis.ts';
const FROZEN_MS = 5_000;

const NODE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'node-killed',
    about: 'kill -9 of a node in the middle of sends; its clients go to the other one; it returns',
    revocationBoundMs: WITHOUT_REDIS_MS,
    async inject({ house, recorder }) {
      const [, site] = house.sites;
      await recorder.nextAck();
      await recorder.fault('kill -9 of node B', async () => {
        await site.kill();
        await pause(1_000);
        await site.begin();
      });
    },
  },
  {
    name: 'node-frozen',
    about: 'SIGSTOP of a node for five seconds, then SIGCONT',
    revocationBoundMs: beyond(FROZEN_MS),
    async inject({ house, recorder }) {
      const [, { process }] = house.sites;
      await recorder.fault('SIGSTOP of node B', async () => {
        process.freeze();
        await pause(FROZEN_MS);
        process.thaw();
      });
    },
  },
];

export const SCENARIOS: readonly Scenario[] = [
  ...NODE_SCENARIOS,
  ...POSTGRES_SCENARIOS,
  ...REDIS_SCENARIOS,
  ...CLIENT_SCENARIOS,
];
