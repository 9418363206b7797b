/** A workload with figures of its own, which not every system can be asked for, and what Conclave is held to there. */
import type { Load } from '../load-process.ts';
import type { Services } from '../services.ts';
import type { SystemName, TrialName } from '../workloads.ts';

export type Figures = Readonly<Record<string, number>>;

export interface TrialRun {
  readonly figures: Figures;
  /** Why they mean nothing; empty for a valid run. */
  readonly faults: readonly string[];
}

export interface Tools {
  readonly services: Services;
  readonly load: Load;
  readonly progress: (done: number) => void;
}

export interface Row {
  readonly figure: string;
  readonly label: string;
  readonly digits: number;
}

export interface Trial {
  readonly name: TrialName;
  readonly title: string;
  readonly systems: readonly SystemName[];
  /** How much there is to do in a run, for whoever watches. */
  readonly total: number;
  readonly rows: readonly Row[];
  /** What the medians are held to; null where a system that it takes was not measured. */
  readonly target: (medians: ReadonlyMap<SystemName, Figures>) => Held | null;
  run(system: SystemName, tools: Tools): Promise<TrialRun>;
}

/** A promise about a figure, and whether it was kept. */
export interface Held {
  readonly reached: string;
  readonly target: string;
  readonly met: boolean;
}
