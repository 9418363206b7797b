/** The tables that a person reads: every figure of every system beside those of the others, and what it was held to. */
import { cpus } from 'node:os';
import type { Taken } from './bench.ts';
import { figures, ratio, type Figures, type Results } from './figures.ts';
import type { HotSpot } from './hot-spots.ts';
import type { LimitCheck } from './limit-check.ts';
import { titleOf } from './servers.ts';
import type { Services } from './services.ts';
import { heldTo } from './trials/index.ts';
import type { SystemName, WorkloadName } from './workloads.ts';

/** What Conclave's CPU per delivery is to be, at most, in terms of a peer's; the later ones are where it is to go. */
const TARGETS: readonly {
  readonly workload: WorkloadName;
  readonly to: SystemName;
  readonly first: number | null;
  readonly later: number;
}[] = [
  { workload: 'busy-room', to: 'bare-socketio', first: 1.2, later: 0.85 },
  { workload: 'many-rooms', to: 'plain-secure', first: null, later: 0.75 },
];
/** From this share of a core on, what the load generator says about latency is partly about itself. */
const BUSY = 0.85;

const LABEL = 30;
const COLUMN = 16;

/** A heading, lines of cells, and what is to be said about them: a table in whatever way it is to be drawn. */
export interface Cells {
  readonly title: string;
  readonly lines: readonly (readonly string[])[];
  readonly remarks: readonly string[];
}

export function cells(results: Results): Cells {
  const { workload, measured } = results;
  const columns = measured.map((each) => ({ system: each.system, of: figures(each) }));
  const row = (label: string, show: (of: Figures, system: SystemName) => string) => [
    label,
    ...columns.map(({ of, system }) => show(of, system)),
  ];
  const against = (to: SystemName) =>
    columns.some(({ system }) => system === to)
      ? [row(`  of ${titleOf(to)}`, (_, system) => (ratio(results, system, to) ?? NaN).toFixed(2))]
      : [];
  const acked = (of: Figures, value: number) => (of.ackP50 === 0 ? '-' : value.toFixed(1));
  const lines = [
    row('', (_, system) => titleOf(system)),
    row('messages sent', ({ sent }) => whole(sent)),
    row('deliveries', ({ delivered }) => whole(delivered)),
    row('  all, each once', ({ faults }) => (faults.length === 0 ? 'yes' : 'INVALID')),
    row('CPU per delivery, µs', ({ cpuPerDelivery }) => cpuPerDelivery.toFixed(2)),
    ...against('bare-socketio'),
    ...against('plain-secure'),
    row('CPU per message, µs', ({ cpuPerMessage }) => whole(cpuPerMessage)),
    row('  server', ({ server }) => whole(server)),
    row('  Redis', ({ redis }) => whole(redis)),
    row('  Postgres', ({ postgres }) => whole(postgres)),
    row('delivery p50, ms', ({ deliveryP50 }) => deliveryP50.toFixed(1)),
    row('delivery p99, ms', ({ deliveryP99 }) => deliveryP99.toFixed(1)),
    row('ack p50, ms', (of) => acked(of, of.ackP50)),
    row('ack p99, ms', (of) => acked(of, of.ackP99)),
    row('peak RSS of the server, MiB', (of) => whole(of.peakMemory)),
    row(
      'load generator, of a core',
      ({ load }) => `${Math.round(load * 100)} %${load > BUSY ? ' !' : ''}`,
    ),
    row('sent late by (p99), ms', ({ lateP99 }) => lateP99.toFixed(1)),
  ];
  const remarks = [
    ...columns.flatMap(({ of, system }) =>
      of.faults.map((fault) => `INVALID ${titleOf(system)}, ${fault}`),
    ),
    ...columns
      .filter(({ of }) => of.load > BUSY)
      .map(
        ({ system }) =>
          `! ${titleOf(system)}: the load generator was busy itself; its latencies are too high.`,
      ),
  ];
  const runs = measured[0]?.runs.length ?? 0;
  return { title: `${workload.title}, ${workload.seconds} s, ${runs} run(s)`, lines, remarks };
}

export function table({ title, lines, remarks }: Cells): string {
  const row = ([label = '', ...values]: readonly string[]) =>
    label.padEnd(LABEL) + values.map((value) => value.padStart(COLUMN)).join('');
  return [title, ...lines.map(row), ...remarks].join('\n');
}

/** Whether every run of every system was. */
export function isValid({ measured }: Results): boolean {
  return measured.every((each) => figures(each).faults.length === 0);
}

/** What comes under the tables: the targets, the price of a limit, and what it was measured on. */
export function summary(
  { results, trials, limit }: Taken,
  programs: Services['programs'],
): readonly string[] {
  const { cores, node } = machine();
  const { redis, postgres } = programs;
  return [
    ...targets(results),
    ...trials.flatMap(heldTo),
    limitLine(limit),
    `${cores} cores, Node ${node}, ${postgres}, ${redis}`,
  ];
}

/** Every figure of every run, for programs. */
export function inFull({ results, trials, limit }: Taken) {
  const systems = ({ measured }: Results) =>
    measured.map((each) => ({ system: each.system, figures: figures(each), runs: each.runs }));
  return {
    machine: machine(),
    limitCheck: limit,
    workloads: results.map((each) => ({ ...each.workload, systems: systems(each) })),
    trials: trials.map(({ trial: { name, title }, measured }) => ({ name, title, measured })),
  };
}

/** Where the time of a workload went. */
export interface Spots {
  readonly title: string;
  readonly spots: readonly HotSpot[];
}

export function spotLines({ title, spots }: Spots): string[] {
  return [
    `${title}: the server's own time, without what it called`,
    ...spots.map(
      ({ name, file, share }) => `${percent(share).padStart(8)}  ${name.padEnd(28)} ${file}`,
    ),
  ];
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function targets(all: readonly Results[]): string[] {
  return TARGETS.flatMap(({ workload, to, first, later }) => {
    const results = all.find((each) => each.workload.name === workload);
    const reached = results && ratio(results, 'conclave', to);
    if (reached === undefined || reached === null) return [];
    const said = (most: number) => `at most ${most}: ${reached <= most ? 'met' : 'NOT MET'}`;
    const held = [
      ...(first === null ? [] : [`target ${said(first)}`]),
      `later target ${said(later)}`,
    ];
    const room = workload.replace('-', ' ');
    return [
      `${room}: a delivery takes Conclave ${reached.toFixed(2)} of the CPU of ${titleOf(to)} (${held.join('; ')})`,
    ];
  });
}

function limitLine({ roundTrips, waited, cpu, insideRedis, calls }: LimitCheck): string {
  const trips = roundTrips === 1 ? 'one round trip' : `${roundTrips.toFixed(2)} round trips`;
  return `limit check: ${trips}, ${waited.toFixed(0)} µs per call (${cpu.toFixed(0)} µs of CPU here, ${insideRedis.toFixed(0)} µs inside Redis; ${whole(calls)} calls, one after the other)`;
}

function machine(): { readonly cores: number; readonly node: string } {
  return { cores: cpus().length, node: process.version };
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
