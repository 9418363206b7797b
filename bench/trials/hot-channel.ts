/** How many messages a second one channel takes, each acknowledged when it is durable, from people who do not wait in line. */
import { bootstrap } from '../bootstrap.ts';
import type { Position } from '../load/resume.ts';
import { faultsOf } from '../measure.ts';
import { newcomers } from '../people.ts';
import { startSystem } from '../servers.ts';
import type { Services } from '../services.ts';
import { cpuSeconds } from '../usage.ts';
import type { Workload } from '../workloads.ts';
import type { Tools, Trial, TrialRun } from './trial.ts';

/** Between two messages of one person: Conclave's limits of 20 in 5 s and 120 in a minute stay on. */
export const PAUSE_MS = 264;
/** So that nobody sends 120, those of the warm-up included. */
const MOST_SECONDS = 25;
const WARM_UP_SECONDS = 2;
/** Who checks that everything comes, once and in one order; the others only speak. */
const LISTENERS = 4;
const LEAST_PER_SECOND = 1_000;

export function hotChannel({ members, seconds }: { members: number; seconds: number }): Trial {
  const measured = Math.min(seconds, MOST_SECONDS);
  const offered = (members * 1_000) / PAUSE_MS;
  return {
    name: 'hot-channel',
    title: `hot channel: ${members} people send to one channel, each when they are answered, ${measured} s`,
    systems: ['conclave'],
    total: Math.round(offered * (measured + WARM_UP_SECONDS)),
    rows: [
      { figure: 'perSecond', label: 'durable messages a second', digits: 0 },
      { figure: 'perCommit', label: 'messages per commit', digits: 1 },
      { figure: 'ackP50', label: 'ack p50, ms', digits: 1 },
      { figure: 'ackP99', label: 'ack p99, ms', digits: 1 },
      { figure: 'deliveryP50', label: 'delivery p50, ms', digits: 1 },
      { figure: 'deliveryP99', label: 'delivery p99, ms', digits: 1 },
      { figure: 'server', label: 'CPU per message, µs: server', digits: 0 },
      { figure: 'redis', label: '  Redis', digits: 0 },
      { figure: 'postgres', label: '  Postgres', digits: 0 },
      { figure: 'load', label: 'load generator, of a core', digits: 2 },
    ],
    target(medians) {
      const perSecond = medians.get('conclave')?.['perSecond'];
      if (perSecond === undefined) return null;
      return {
        reached: `one channel takes ${perSecond.toFixed(0)} durable messages a second`,
        target: `at least ${LEAST_PER_SECOND}`,
        met: perSecond >= LEAST_PER_SECOND,
      };
    },
    run: (_system, tools) => run(crowd(members), measured, tools),
  };
}

/** Everybody speaks, few listen. */
export function crowd(members: number): Workload {
  return {
    name: 'hot-channel',
    title: '',
    members,
    rooms: 1,
    speakers: members,
    listeners: LISTENERS,
    messagesPerSecond: 0,
    seconds: 0,
    warmUpSeconds: 0,
    systems: ['conclave'],
  };
}

async function run(
  workload: Workload,
  seconds: number,
  { services, load, progress }: Tools,
): Promise<TrialRun> {
  const { freePort } = await bootstrap('ports');
  const port = await freePort();
  await services.redis.flushall();
  const people = await newcomers(services, port, workload.members);
  const server = await startSystem('conclave', services, port);
  try {
    await load.ask({ do: 'open', system: 'conclave', workload, port, people });
    const pressing = { do: 'press', messages: Number.MAX_SAFE_INTEGER, pauseMs: PAUSE_MS } as const;
    const warmUp = { ...pressing, phase: 'warm', seconds: WARM_UP_SECONDS } as const;
    const warm = await load.ask(warmUp, progress);
    await services.settle();
    const from = await load.ask({ do: 'position' });
    const { redis, postgres } = services.pids;
    const used = () => [server.pid, redis, postgres].map(cpuSeconds);
    const before = used();
    const sent = await load.ask({ ...pressing, phase: 'run', seconds }, (count) =>
      progress(warm.sent + count),
    );
    const cpu = used().map((after, i) => ((after - (before[i] ?? 0)) * 1_000_000) / sent.sent);
    return {
      figures: {
        perSecond: sent.acked / sent.seconds,
        perCommit: await messagesPerCommit(services, from),
        ackP50: sent.ack.p50,
        ackP99: sent.ack.p99,
        deliveryP50: sent.delivery.p50,
        deliveryP99: sent.delivery.p99,
        server: cpu[0] ?? 0,
        redis: cpu[1] ?? 0,
        postgres: cpu[2] ?? 0,
        load: sent.load,
      },
      faults: [...faultsOf(warm).map((fault) => `while warming up: ${fault}`), ...faultsOf(sent)],
    };
  } finally {
    await load.ask({ do: 'close' });
    await server.end();
  }
}

/** Rows of one commit carry its transaction's number, which Postgres keeps in xmin. */
async function messagesPerCommit(services: Services, from: Position): Promise<number> {
  const [row] = await services.query<{ messages: number; commits: number }>(
    `SELECT count(*)::int AS messages, count(DISTINCT xmin::text)::int AS commits
     FROM message WHERE channel_id = $1 AND posted_rev > $2`,
    [from.channelId, from.rev],
  );
  if (!row || row.commits === 0) throw new Error('the messages of the run are not to be found');
  return row.messages / row.commits;
}
