/** Takes every chosen system through every chosen workload, as often as asked, and gives all figures. */
import type { Results } from './figures.ts';
import { limitCheck, type LimitCheck } from './limit-check.ts';
import { startLoad } from './load-process.ts';
import { measure, type Run } from './measure.ts';
import type { Options } from './options.ts';
import type { Progress } from './progress.ts';
import { titleOf } from './servers.ts';
import type { Services } from './services.ts';
import type { SystemName, Workload } from './workloads.ts';

export interface Taken {
  readonly limit: LimitCheck;
  readonly results: readonly Results[];
}

export interface BenchOptions extends Pick<Options, 'workloads' | 'runs' | 'profile'> {
  readonly services: Services;
  readonly progress: Progress;
  /** Hears of each workload when all its runs are done. */
  readonly done: (results: Results) => void;
}

/** One system after the other, round by round, so that what else the machine does falls on all of them. */
export async function bench(options: BenchOptions): Promise<Taken> {
  const { services, workloads, runs, profile, progress, done } = options;
  const load = await startLoad(services);
  const limit = await limitCheck(services);
  const results: Results[] = [];
  const one = async (workload: Workload, system: SystemName, run: number): Promise<Run> => {
    const { name, messagesPerSecond, warmUpSeconds, seconds } = workload;
    const total = Math.round(messagesPerSecond * (warmUpSeconds + seconds));
    progress.begin(`${name}, ${titleOf(system)}, run ${run + 1} of ${runs}`, total);
    try {
      return await measure(system, workload, {
        services,
        load,
        profile: system === 'conclave' ? profile : null,
        progress: (sent) => progress.update(sent),
      });
    } finally {
      progress.end();
    }
  };
  for (const workload of workloads) {
    const measured = workload.systems.map((system) => ({ system, runs: [] as Run[] }));
    for (let run = 0; run < runs; run += 1)
      for (const each of measured) each.runs.push(await one(workload, each.system, run));
    results.push({ workload, measured });
    done({ workload, measured });
  }
  return { limit, results };
}
