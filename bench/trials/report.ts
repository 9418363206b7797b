/** What trials found, as a table for a person, and what it was held to. */
import { median } from '../figures.ts';
import type { Cells } from '../report.ts';
import { titleOf } from '../servers.ts';
import type { SystemName } from '../workloads.ts';
import type { Figures, Trial, TrialRun } from './trial.ts';

export interface TrialResults {
  readonly trial: Trial;
  readonly measured: readonly {
    readonly system: SystemName;
    readonly runs: readonly TrialRun[];
  }[];
}

/** Each figure's middle one of all runs, by system. */
export function medians({ trial, measured }: TrialResults): ReadonlyMap<SystemName, Figures> {
  return new Map(
    measured.map(({ system, runs }) => {
      const of = (name: string) => median(runs.map(({ figures }) => figures[name] ?? NaN));
      return [system, Object.fromEntries(trial.rows.map(({ figure }) => [figure, of(figure)]))];
    }),
  );
}

export function trialCells(results: TrialResults): Cells {
  const { trial, measured } = results;
  const found = medians(results);
  const systems = measured.map(({ system }) => system);
  const runs = measured[0]?.runs.length ?? 0;
  return {
    title: `${trial.title}, ${runs} run(s)`,
    lines: [
      ['', ...systems.map(titleOf)],
      ...trial.rows.map(({ label, figure, digits }) => [
        label,
        ...systems.map((system) => shown(found.get(system)?.[figure] ?? NaN, digits)),
      ]),
    ],
    remarks: faults(results).map((fault) => `INVALID ${fault}`),
  };
}

/** What the trial was held to, and whether that was met. */
export function heldTo(results: TrialResults): string[] {
  const held = results.trial.target(medians(results));
  if (!held) return [];
  const { reached, target, met } = held;
  const name = results.trial.name.replace('-', ' ');
  return [`${name}: ${reached} (target ${target}: ${met ? 'met' : 'NOT MET'})`];
}

/** Whether every run of every system was. */
export function trialsAreValid(all: readonly TrialResults[]): boolean {
  return all.every((results) => faults(results).length === 0);
}

function faults({ measured }: TrialResults): string[] {
  return measured.flatMap(({ system, runs }) =>
    runs.flatMap((run, i) =>
      run.faults.map((fault) => `${titleOf(system)}, run ${i + 1}: ${fault}`),
    ),
  );
}

function shown(value: number, digits: number): string {
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
