/** One run of one system under one workload: set up, warmed up, measured, and judged for validity. */
import { bootstrap } from './bootstrap.ts';
import { inspect, inspected, type CpuProfile } from './inspector.ts';
import type { Load } from './load-process.ts';
import type { Sent } from './load/protocol.ts';
import { newcomers } from './people.ts';
import { startSystem } from './servers.ts';
import type { Services } from './services.ts';
import { cpuSeconds, peakMemory } from './usage.ts';
import type { SystemName, Workload } from './workloads.ts';

export interface Run extends Sent {
  /** User and system seconds while messages were sent, until the last delivery. */
  readonly cpu: { readonly server: number; readonly redis: number; readonly postgres: number };
  /** The server's, from its start, in MiB. */
  readonly peakMemory: number;
  /** Why the figures mean nothing; empty for a valid run. */
  readonly faults: readonly string[];
}

export interface MeasureOptions {
  readonly services: Services;
  readonly load: Load;
  /** Gets the V8 profile of what is measured; null where none is wanted: taking it has its price. */
  readonly profiled: ((profile: CpuProfile) => void) | null;
  readonly progress: (sent: number) => void;
}

export async function measure(
  system: SystemName,
  workload: Workload,
  { services, load, profiled, progress }: MeasureOptions,
): Promise<Run> {
  const { freePort } = await bootstrap('ports');
  const port = await freePort();
  const { members, messagesPerSecond, seconds, warmUpSeconds } = workload;
  await services.redis.flushall();
  const people = system === 'conclave' ? await newcomers(services, port, members) : null;
  const inspectorPort = profiled && (await freePort());
  const flags = inspectorPort === null ? [] : inspected(inspectorPort);
  const server = await startSystem(system, services, port, flags);
  const inspector = inspectorPort === null ? null : await inspect(inspectorPort);
  try {
    await load.ask({ do: 'open', system, workload, port, people });
    const warmUp = Math.ceil(messagesPerSecond * warmUpSeconds);
    const warm = await load.ask({ do: 'send', phase: 'warm', messages: warmUp }, progress);
    await services.settle();
    const { redis, postgres } = services.pids;
    await inspector?.startProfile();
    const used = () => [cpuSeconds(server.pid), cpuSeconds(redis), cpuSeconds(postgres)] as const;
    const before = used();
    const messages = Math.round(messagesPerSecond * seconds);
    const sent = await load.ask({ do: 'send', phase: 'run', messages }, (count) =>
      progress(warmUp + count),
    );
    const after = used();
    if (inspector) profiled?.(await inspector.stopProfile());
    return {
      ...sent,
      cpu: {
        server: after[0] - before[0],
        redis: after[1] - before[1],
        postgres: after[2] - before[2],
      },
      peakMemory: peakMemory(server.pid),
      faults: [...faultsOf(warm).map((fault) => `while warming up: ${fault}`), ...faultsOf(sent)],
    };
  } finally {
    inspector?.close();
    await load.ask({ do: 'close' });
    await server.end();
  }
}

/** What makes a run worthless: whatever was not done, or was done twice, also cost another amount. */
export function faultsOf(sent: Sent): string[] {
  const { expected, delivered, doubled, foreign, disordered, unanswered, refused, lost } = sent;
  const refusals = Object.entries(refused).map(([code, count]) => `${count} refused ${code}`);
  const counts: [number, string][] = [
    [expected - delivered, 'deliveries missing'],
    [doubled, 'deliveries doubled'],
    [foreign, 'deliveries to somebody else'],
    [disordered, 'members who heard another order'],
    [unanswered, 'acknowledgements missing'],
    [lost, 'connections lost'],
  ];
  return [
    ...counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])),
    ...refusals,
  ];
}
