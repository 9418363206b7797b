/** The figures of a system under a workload: medians of its runs, and what they are in terms of another system. */
import type { Run } from './measure.ts';
import type { SystemName, Workload } from './workloads.ts';

export interface Measured {
  readonly system: SystemName;
  readonly runs: readonly Run[];
}

export interface Results {
  readonly workload: Workload;
  readonly measured: readonly Measured[];
}

export interface Figures {
  readonly sent: number;
  readonly expected: number;
  readonly delivered: number;
  /** Microseconds of CPU, of server, Redis and Postgres together. */
  readonly cpuPerDelivery: number;
  readonly cpuPerMessage: number;
  /** The parts of it, per message. */
  readonly server: number;
  readonly redis: number;
  readonly postgres: number;
  /** Milliseconds. */
  readonly deliveryP50: number;
  readonly deliveryP99: number;
  readonly ackP50: number;
  readonly ackP99: number;
  readonly peakMemory: number;
  readonly load: number;
  readonly lateP99: number;
  readonly faults: readonly string[];
}

export function figures({ runs }: Measured): Figures {
  const of = (take: (run: Run) => number) => median(runs.map(take));
  const total = ({ cpu }: Run) => cpu.server + cpu.redis + cpu.postgres;
  return {
    sent: of((run) => run.sent),
    expected: of((run) => run.expected),
    delivered: of((run) => run.delivered),
    cpuPerDelivery: of((run) => micro(total(run) / run.delivered)),
    cpuPerMessage: of((run) => micro(total(run) / run.sent)),
    server: of((run) => micro(run.cpu.server / run.sent)),
    redis: of((run) => micro(run.cpu.redis / run.sent)),
    postgres: of((run) => micro(run.cpu.postgres / run.sent)),
    deliveryP50: of((run) => run.delivery.p50),
    deliveryP99: of((run) => run.delivery.p99),
    ackP50: of((run) => run.ack.p50),
    ackP99: of((run) => run.ack.p99),
    peakMemory: of((run) => run.peakMemory),
    load: of((run) => run.load),
    lateP99: of((run) => run.late.p99),
    faults: runs.flatMap(({ faults }, i) => faults.map((fault) => `run ${i + 1}: ${fault}`)),
  };
}

/** How much CPU a delivery takes in terms of the other system; null where one of them was not measured. */
export function ratio({ measured }: Results, system: SystemName, to: SystemName): number | null {
  const [one, other] = [system, to].map((name) => measured.find((each) => each.system === name));
  if (!one || !other) return null;
  return figures(one).cpuPerDelivery / figures(other).cpuPerDelivery;
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice(
    Math.floor((sorted.length - 1) / 2),
    Math.floor(sorted.length / 2) + 1,
  );
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

const micro = (seconds: number) => seconds * 1_000_000;
