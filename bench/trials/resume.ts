/** What it costs the server that one person comes back to a long gap: it is read a page at a time, never held as a whole. */
import { bootstrap } from '../bootstrap.ts';
import { inspect, inspected } from '../inspector.ts';
import type { Resumed } from '../load/resume.ts';
import { faultsOf } from '../measure.ts';
import { newcomers } from '../people.ts';
import { startSystem } from '../servers.ts';
import { forgetPeak, memory, peakMemory } from '../usage.ts';
import { crowd, PAUSE_MS } from './hot-channel.ts';
import { settled } from './idle.ts';
import type { Tools, Trial, TrialRun } from './trial.ts';

/** The widest gap that a resume bridges. */
const MOST = 10_000;
/** What each author writes of it. */
const EACH = 20;
/** What is read before it counts, so that the server has done it before. */
const WARM_UP = 400;
/** How long the authors may take. */
const SECONDS = 120;
const AT_MOST_MIB = 20;

export function resume({ members }: { members: number }): Trial {
  const messages = Math.min(MOST, members * EACH);
  return {
    name: 'resume',
    title: `resume: one person reads ${messages.toLocaleString('en')} missed messages`,
    systems: ['conclave'],
    total: messages,
    rows: [
      { figure: 'milliseconds', label: 'time, ms', digits: 0 },
      { figure: 'pages', label: 'pages', digits: 0 },
      { figure: 'before', label: 'RSS before, MiB', digits: 1 },
      { figure: 'fresh', label: 'growth, fresh server, MiB', digits: 1 },
      { figure: 'kept', label: '  of it stays, MiB', digits: 1 },
      { figure: 'again', label: 'growth, server in use, MiB', digits: 1 },
    ],
    target(medians) {
      const { fresh, again } = medians.get('conclave') ?? {};
      if (fresh === undefined || again === undefined) return null;
      return {
        reached: `a server in use grows by ${again.toFixed(1)} MiB at the most, a fresh one whose garbage was just collected by ${fresh.toFixed(1)}`,
        target: `in use, less than ${AT_MOST_MIB} MiB`,
        met: again < AT_MOST_MIB,
      };
    },
    run: (_system, tools) => run(members, messages, tools),
  };
}

async function run(
  members: number,
  messages: number,
  { services, load, progress }: Tools,
): Promise<TrialRun> {
  const { freePort } = await bootstrap('ports');
  const [port, inspectorPort] = [await freePort(), await freePort()];
  await services.redis.flushall();
  const people = await newcomers(services, port, members);
  const [person] = people;
  if (!person) throw new Error('nobody is there to resume');
  const written = await write();
  await services.settle();
  // A server that has done nothing yet: one that took the messages in would have room enough for the pages.
  const server = await startSystem('conclave', services, port, inspected(inspectorPort));
  const inspector = await inspect(inspectorPort);
  try {
    const { from } = written;
    const reader = person;
    const late = { ...from, rev: Math.max(from.rev, from.rev + messages - WARM_UP) };
    await load.ask({ do: 'resume', port, person, position: late });
    // The first time V8 makes room for what it will allocate from then on; the second time that room is there.
    const before = await settled(inspector, server.pid);
    const first = await read();
    const kept = (await settled(inspector, server.pid)) - before;
    const used = await read();
    const inUse = memory(server.pid);
    const second = await read();
    const { milliseconds, pages } = first.resumed;
    return {
      figures: {
        milliseconds,
        pages,
        before,
        fresh: first.peak - before,
        kept,
        again: Math.max(0, second.peak - inUse),
      },
      faults: [
        ...written.faults,
        ...[first, used, second].flatMap(({ resumed }) => faultsIn(resumed, messages)),
      ],
    };

    async function read() {
      forgetPeak(server.pid);
      const resumed = await load.ask({ do: 'resume', port, person: reader, position: from });
      return { resumed, peak: Math.max(peakMemory(server.pid), memory(server.pid)) };
    }
  } finally {
    inspector.close();
    await server.end();
  }

  async function write() {
    const writing = await startSystem('conclave', services, port);
    try {
      const workload = crowd(members);
      await load.ask({ do: 'open', system: 'conclave', workload, port, people });
      const from = await load.ask({ do: 'position' });
      const press = { do: 'press', phase: 'run', pauseMs: PAUSE_MS, seconds: SECONDS } as const;
      const sent = await load.ask({ ...press, messages }, progress);
      return { from, faults: faultsOf(sent).map((fault) => `while it was written: ${fault}`) };
    } finally {
      await load.ask({ do: 'close' });
      await writing.end();
    }
  }
}

/** What makes the figures worthless: another amount was read, or not the log. */
export function faultsIn({ messages, misplaced, whole }: Resumed, expected: number): string[] {
  return [
    ...(messages === expected ? [] : [`${messages} of ${expected} messages came`]),
    ...(misplaced === 0 ? [] : [`${misplaced} changes out of place`]),
    ...(whole ? [] : ['the gap was not bridged']),
  ];
}
