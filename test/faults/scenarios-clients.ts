/** What clients and the network before the server do: answers lost, messages repeated, sockets that do not read, late answers. */
import { setTimeout as pause } from 'node:timers/promises';
import { beyond, WITHOUT_REDIS_MS } from './bounds.ts';
import type { Scenario } from './run.ts';

const LASTS_MS = 5_000;
/** Until some megabytes were sent that the sleeper did not take. */
const SLEEPS_MS = 7_000;
/** An answer of yes to a socket's call, as socket.io writes it. */
const YES = /^43\d+\[\{"ok":true,"data":\{"id"/;

const repeated = (how: 'serial' | 'parallel', about: string): Scenario => ({
  name: `duplicates-${how}`,
  about,
  manner: { repeated: { percent: 45, how } },
  revocationBoundMs: WITHOUT_REDIS_MS,
  async inject({ house, recorder, chance }) {
    await recorder.fault('messages repeated, some answers dropped', async () => {
      for (const { door } of house.sites)
        door.judge = (text) => (YES.test(text) && chance.percent(5) ? 'drop' : 'pass');
      await pause(LASTS_MS);
      for (const { door } of house.sites) door.judge = () => 'pass';
    });
  },
  unfelt: ({ sends }) => {
    const duplicates = sends.filter((entry) => entry.is === 'ok' && entry.duplicate).length;
    return duplicates > 100 ? null : `only ${duplicates} duplicates were answered`;
  },
});

export const CLIENT_SCENARIOS: readonly Scenario[] = [
  {
    name: 'ack-lost',
    about: 'every eighth acknowledgement is cut off with its connection, after COMMIT',
    revocationBoundMs: WITHOUT_REDIS_MS,
    async inject({ house, recorder, chance }) {
      await recorder.fault('acknowledgements cut off', async () => {
        for (const { door } of house.sites)
          door.judge = (text) => (YES.test(text) && chance.percent(12) ? 'cut' : 'pass');
        await pause(LASTS_MS);
        for (const { door } of house.sites) door.judge = () => 'pass';
      });
    },
    unfelt: ({ sends }) => {
      const found = sends.filter((entry) => entry.is === 'ok' && entry.duplicate).length;
      return found > 0 ? null : 'no retry found its message stored';
    },
  },
  repeated(
    'serial',
    'nearly every second message is sent again, on the other node, after its answer',
  ),
  repeated('parallel', 'nearly every second message is sent on both nodes at the same moment'),
  {
    name: 'acks-out-of-order',
    about: 'bursts of eight of one author on both nodes at once, one of them far from Postgres',
    manner: { burst: 8 },
    revocationBoundMs: beyond(LASTS_MS),
    async inject({ house, recorder, chance }) {
      const [, { postgres }] = house.sites;
      const until = recorder.now() + LASTS_MS;
      await recorder.fault('late answers on node B', async () => {
        while (recorder.now() < until) {
          postgres.delay(chance.between(0, 60));
          await pause(200);
        }
        postgres.delay(0);
      });
    },
  },
  {
    name: 'slow-consumer',
    about:
      'a reader takes nothing from the network while long messages flow; it is cut off and resumes',
    longBodies: true,
    straight: true,
    revocationBoundMs: WITHOUT_REDIS_MS,
    async inject({ listeners, recorder }) {
      const [sleeper] = listeners;
      await recorder.fault('a reader that reads nothing', async () => {
        sleeper?.sleep();
        await pause(SLEEPS_MS);
        sleeper?.wake();
      });
    },
    unfelt: (_history, { house, listeners: [sleeper] }) => {
      const [{ process }] = house.sites;
      const closed = process.logged((line) => JSON.stringify(line).includes('slow_consumer'));
      return closed.length > 0 && sleeper ? null : 'nobody was cut off for reading slowly';
    },
  },
];
