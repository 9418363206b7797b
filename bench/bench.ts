/** Takes every chosen system through every chosen workload, as often as asked, and gives all figures. */
import type { Results } from './figures.ts';
import type { CpuProfile } from './inspector.ts';
import { limitCheck, type LimitCheck } from './limit-check.ts';
import { startLoad, type Load } from './load-process.ts';
import { measure, type Run } from './measure.ts';
import type { Options } from './options.ts';
import type { Progress } from './progress.ts';
import { titleOf } from './servers.ts';
import type { Services } from './services.ts';
import type { Trial, TrialResults, TrialRun } from './trials/index.ts';
import type { SystemName, Workload } from './workloads.ts';

export interface Taken {
  readonly limit: LimitCheck;
  readonly results: readonly Results[];
  readonly trials: readonly TrialResults[];
}

export interface BenchOptions extends Pick<Options, 'workloads' | 'trials' | 'runs'> {
  readonly services: Services;
  readonly progress: Progress;
  /** Gets a profile of Conclave in each run of a workload; null where none is wanted. */
  readonly profiled: ((workload: Workload, run: number, profile: CpuProfile) => void) | null;
  /** Hears of each workload when all its runs are done. */
  readonly done: (results: Results | TrialResults) => void;
}

/** One system after the other, round by round, so that what else the machine does falls on all of them. */
export async function bench(options: BenchOptions): Promise<Taken> {
  const { services, workloads, trials, done } = options;
  const load = await startLoad(services);
  const limit = await limitCheck(services);
  const taken = { limit, results: [] as Results[], trials: [] as TrialResults[] };
  for (const workload of workloads) {
    const measured = await rounds(options, workload.systems, (system, run) =>
      exchange(options, load, workload, system, run),
    );
    taken.results.push({ workload, measured });
    done({ workload, measured });
  }
  for (const trial of trials) {
    const measured = await rounds(options, trial.systems, (system, run) =>
      attempt(options, load, trial, system, run),
    );
    taken.trials.push({ trial, measured });
    done({ trial, measured });
  }
  return taken;
}

async function rounds<T>(
  { runs }: BenchOptions,
  systems: readonly SystemName[],
  one: (system: SystemName, run: number) => Promise<T>,
) {
  const measured = systems.map((system) => ({ system, runs: [] as T[] }));
  for (let run = 1; run <= runs; run += 1)
    for (const each of measured) each.runs.push(await one(each.system, run));
  return measured;
}

async function exchange(
  options: BenchOptions,
  load: Load,
  workload: Workload,
  system: SystemName,
  run: number,
): Promise<Run> {
  const { services, profiled } = options;
  const { messagesPerSecond, warmUpSeconds, seconds } = workload;
  const total = Math.round(messagesPerSecond * (warmUpSeconds + seconds));
  const wanted = profiled !== null && system === 'conclave';
  return watched(options, `${workload.name}, ${titleOf(system)}, run ${run}`, total, (progress) =>
    measure(system, workload, {
      services,
      load,
      progress,
      profiled: wanted ? (profile) => profiled(workload, run, profile) : null,
    }),
  );
}

async function attempt(
  options: BenchOptions,
  load: Load,
  trial: Trial,
  system: SystemName,
  run: number,
): Promise<TrialRun> {
  const { services } = options;
  return watched(
    options,
    `${trial.name}, ${titleOf(system)}, run ${run}`,
    trial.total,
    (progress) => trial.run(system, { services, load, progress }),
  );
}

async function watched<T>(
  { progress, runs }: BenchOptions,
  what: string,
  total: number,
  work: (progress: (done: number) => void) => Promise<T>,
): Promise<T> {
  progress.begin(`${what} of ${runs}`, total);
  try {
    return await work((done) => progress.update(done));
  } finally {
    progress.end();
  }
}
