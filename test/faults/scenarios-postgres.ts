/** Postgres ended in each way there is, and the network between a node and Postgres spoiled in each way there is. */
import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresEnd } from '../support/own-postgres.ts';
import { beyond } from './bounds.ts';
import type { Scenario, Stage } from './run.ts';

const AWAY_MS = 1_000;
/** As long as Postgres may take to come back on a busy machine. */
const OUTAGE_MS = 15_000;
const CUT_MS = 4_000;

const ended = (name: string, about: string, how: PostgresEnd): Scenario => ({
  name,
  about,
  endsPostgres: true,
  revocationBoundMs: beyond(OUTAGE_MS),
  async inject({ house: { postgres }, recorder }) {
    if (!postgres) throw new Error('this Postgres is not ours to end');
    await recorder.nextAck();
    await recorder.fault(`Postgres ended: ${how}`, async () => {
      await postgres.stop(how);
      await pause(AWAY_MS);
      await postgres.begin();
    });
  },
});

/** Spoils node B's way to Postgres for some seconds. */
const spoiled = (
  name: string,
  about: string,
  spoil: (way: Stage['house']['sites'][number]['postgres']) => void,
  mend: (way: Stage['house']['sites'][number]['postgres']) => void,
): Scenario => ({
  name,
  about,
  revocationBoundMs: beyond(CUT_MS),
  async inject({ house, recorder }) {
    const [, { postgres }] = house.sites;
    await recorder.fault(name, async () => {
      spoil(postgres);
      await pause(CUT_MS);
      mend(postgres);
    });
  },
});

export const POSTGRES_SCENARIOS: readonly Scenario[] = [
  ended('postgres-fast', 'Postgres restarted, fast: connections ended, then a checkpoint', 'fast'),
  ended(
    'postgres-immediate',
    'Postgres restarted, immediate: no checkpoint, recovery from the log',
    'immediate',
  ),
  ended('postgres-killed', 'kill -9 of Postgres, then recovery from the log', 'kill'),
  spoiled(
    'postgres-slow',
    'every byte between one node and Postgres arrives 150 ms late',
    (way) => way.delay(150),
    (way) => way.delay(0),
  ),
  spoiled(
    'postgres-blackhole',
    'nothing arrives between one node and Postgres, and nobody is told; then all of it does',
    (way) => way.freeze(),
    (way) => way.thaw(),
  ),
  spoiled(
    'postgres-half-open',
    'Postgres hears one node and its answers are lost: COMMIT happens, and nobody hears of it',
    (way) => way.silence(true),
    (way) => {
      way.silence(false);
      way.cut();
    },
  ),
  {
    name: 'postgres-reset',
    about: 'all connections between one node and Postgres are reset, every 400 ms',
    revocationBoundMs: beyond(CUT_MS),
    async inject({ house, recorder, chance }) {
      const [, { postgres }] = house.sites;
      for (let i = 0; i < 10; i += 1)
        await recorder.fault('reset', async () => {
          postgres.reset();
          await pause(300 + chance.between(0, 200));
        });
    },
  },
  {
    name: 'postgres-cut-mid-statement',
    about:
      'connections between one node and Postgres end after some thousand bytes, within a statement',
    revocationBoundMs: beyond(CUT_MS),
    async inject({ house, recorder, chance }) {
      const [, { postgres }] = house.sites;
      for (let i = 0; i < 8; i += 1)
        await recorder.fault('cut after N bytes', async () => {
          postgres.cutAfter(chance.between(500, 6_000));
          await pause(500);
        });
      postgres.cutAfter(null);
    },
  },
];
