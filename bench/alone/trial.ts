/** A question that is asked of Conclave alone: what is found, and what it was held to. */
import type { CpuProfile } from '../inspector.ts';
import type { Load } from '../load-process.ts';
import type { Answered } from '../load/answers.ts';
import type { Cells } from '../report.ts';
import type { Services } from '../services.ts';
import type { Held } from '../trials/trial.ts';

export interface Tools {
  readonly services: Services;
  readonly load: Load;
  readonly progress: (done: number) => void;
  /** Gets profiles of the first node while it is measured; null where none is wanted. */
  readonly profiled: ((profile: CpuProfile) => void) | null;
}

export interface AloneTrial<Name extends string = string> {
  readonly name: Name;
  readonly title: string;
  /** How much there is to do, for whoever watches. */
  readonly total: number;
  readonly run: (tools: Tools) => Promise<Found>;
}

/** Trials that are run by one command, one after the other. */
export interface AloneBench<Name extends string = string> {
  /** As a person types it. */
  readonly command: string;
  readonly names: readonly Name[];
  /** Whether its trials can be of any size. */
  readonly sized: boolean;
  readonly trials: (size: Size) => Readonly<Record<Name, AloneTrial<Name>>>;
}

interface Size {
  /** Small: whether it works, not how fast it is. */
  readonly quick: boolean;
  /** Messages that there are to be, where it is sized; null: as many as is promised for. */
  readonly messages: number | null;
}

export interface Found {
  /** A table; its title is that of the trial. */
  readonly cells: Omit<Cells, 'title'>;
  readonly held: readonly Held[];
  /** Why the figures mean nothing; empty for a valid run. */
  readonly faults: readonly string[];
  /** Everything that was measured, for programs. */
  readonly figures: object;
}

/** What makes calls worthless as a measure: some that were not carried out. */
export function faultsOf(what: string, { refused, unanswered }: Answered): string[] {
  return [
    ...Object.entries(refused).map(([code, count]) => `${what}: ${count} refused ${code}`),
    ...(unanswered === 0 ? [] : [`${what}: ${unanswered} not answered`]),
  ];
}

export const ms = (value: number): string => value.toFixed(1);
export const whole = (value: number): string => Math.round(value).toLocaleString('en');
