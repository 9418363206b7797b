/** What a connection costs that does nothing: what the server holds for it, after the same garbage collection for each. */
import { setTimeout as pause } from 'node:timers/promises';
import { bootstrap } from '../bootstrap.ts';
import { inspect, inspected, type Inspector } from '../inspector.ts';
import { newcomers } from '../people.ts';
import { startSystem } from '../servers.ts';
import { memory } from '../usage.ts';
import type { SystemName, Workload } from '../workloads.ts';
import type { Tools, Trial, TrialRun } from './trial.ts';

/** What a room holds; each connection listens to one. */
const ROOM = 10;
// The RSS of a process moves in steps of what V8 asks of the system, by more than all of them hold: for the same server it
// told 7 KiB a connection one day and 22 the next. So what is compared is what is held, and RSS is told beside it.

const AT_MOST_OF_BARE = 1.3;
/** V8 gives memory back to the system a little after it collected. */
const SETTLE_MS = 500;
const COLLECTIONS = 3;

export function idle({ connections }: { connections: number }): Trial {
  return {
    name: 'idle',
    title: `idle: ${connections.toLocaleString('en')} connections that listen to a channel and do nothing`,
    systems: ['bare-socketio', 'conclave'],
    total: connections,
    rows: [
      { figure: 'perConnection', label: 'memory a connection, KiB', digits: 1 },
      { figure: 'resident', label: "of it and of V8's room to move, in RSS, KiB", digits: 1 },
      { figure: 'after', label: 'RSS with all of them, MiB', digits: 1 },
    ],
    target(medians) {
      const [own, bare] = [medians.get('conclave'), medians.get('bare-socketio')];
      if (!own || !bare) return null;
      const ratio = (own['perConnection'] ?? NaN) / (bare['perConnection'] ?? NaN);
      return {
        reached: `a connection takes Conclave ${ratio.toFixed(2)} of the memory of bare Socket.IO`,
        target: `at most ${AT_MOST_OF_BARE}`,
        met: ratio <= AT_MOST_OF_BARE,
      };
    },
    run: (system, tools) => run(system, connections, tools),
  };
}

async function run(
  system: SystemName,
  connections: number,
  { services, load, progress }: Tools,
): Promise<TrialRun> {
  const { freePort } = await bootstrap('ports');
  const [port, inspectorPort] = [await freePort(), await freePort()];
  await services.redis.flushall();
  const people = system === 'conclave' ? await newcomers(services, port, 2 * connections) : null;
  const server = await startSystem(system, services, port, inspected(inspectorPort));
  const inspector = await inspect(inspectorPort);
  // As many come first: what the server needs once, code that V8 compiles for the crowd too, is there before it counts.
  const come = (from: number, count: number) =>
    load.ask({
      do: 'open',
      system,
      workload: rooms(count),
      port,
      people: people && people.slice(from, from + count),
    });
  try {
    await come(0, connections);
    const before = { rss: await settled(inspector, server.pid), held: await inspector.held() };
    await come(connections, connections);
    progress(connections);
    const after = { rss: await settled(inspector, server.pid), held: await inspector.held() };
    const lost = await load.ask({ do: 'count-lost' });
    return {
      figures: {
        perConnection: (after.held - before.held) / 1_024 / connections,
        resident: ((after.rss - before.rss) * 1_024) / connections,
        after: after.rss,
      },
      faults: [
        ...(lost === 0 ? [] : [`${lost} connections lost`]),
        ...(after.held > before.held ? [] : ['the memory did not grow']),
      ],
    };
  } finally {
    inspector.close();
    await load.ask({ do: 'close' });
    await server.end();
  }
}

/** What the server holds when it has collected its garbage, in MiB. */
export async function settled(inspector: Inspector, pid: number): Promise<number> {
  for (let i = 0; i < COLLECTIONS; i += 1) {
    await inspector.collectGarbage();
    await pause(SETTLE_MS);
  }
  return memory(pid);
}

function rooms(members: number): Workload {
  return {
    name: 'idle',
    title: '',
    members,
    rooms: Math.ceil(members / ROOM),
    speakers: members,
    messagesPerSecond: 0,
    seconds: 0,
    warmUpSeconds: 0,
    systems: ['bare-socketio', 'conclave'],
  };
}
