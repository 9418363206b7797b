/** `npm run bench`: Conclave with every control on, beside three baselines, under the same load in the same run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bench, type Taken } from './bench.ts';
import { command } from './command.ts';
import { hotSpots } from './hot-spots.ts';
import type { CpuProfile } from './inspector.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { progress } from './progress.ts';
import { recordFigures, recordSpots } from './record.ts';
import { cells, inFull, isValid, spotLines, summary, table } from './report.ts';
import { ROOT, type Services } from './services.ts';
import { trialCells, trialsAreValid } from './trials/index.ts';
import type { Workload } from './workloads.ts';

/** Functions that are named of each workload that was profiled. */
const MOST_SPOTS = 10;

await command({ usage: USAGE, read: readOptions, run: benchAndTell });

/** 1 when a run was invalid: then the figures are printed all the same, and mean nothing. */
async function benchAndTell(on: Services, { json, profile, record, ...chosen }: Options) {
  const profiles = new Map<Workload, CpuProfile[]>();
  const taken = await bench({
    ...chosen,
    services: on,
    progress: progress(),
    profiled: profile === null ? null : keepIn(profile, profiles),
    done: (results) => {
      const drawn = 'trial' in results ? trialCells(results) : cells(results);
      process.stdout.write(`\n${table(drawn)}\n`);
    },
  });
  process.stdout.write(`\n${summary(taken, on.programs).join('\n')}\n`);
  const spots = [...profiles].map(([{ title }, all]) => {
    return { title, spots: hotSpots(all, ROOT, MOST_SPOTS) };
  });
  for (const each of spots) process.stdout.write(`\n${spotLines(each).join('\n')}\n`);
  if (json !== null) writeFileSync(json, `${JSON.stringify(inFull(taken), null, 2)}\n`);
  if (!allValid(taken)) return 1;
  if (record && profile !== null) await recordSpots(spots);
  else if (record) await recordFigures(taken, on.programs);
  return 0;
}

function allValid({ results, trials }: Taken): boolean {
  return results.every(isValid) && trialsAreValid(trials);
}

/** Writes each profile to the folder, for tools that draw it, and keeps it for the list. */
function keepIn(folder: string, profiles: Map<Workload, CpuProfile[]>) {
  mkdirSync(folder, { recursive: true });
  return (workload: Workload, run: number, profile: CpuProfile) => {
    writeFileSync(join(folder, `${workload.name}-${run}.cpuprofile`), JSON.stringify(profile));
    profiles.set(workload, [...(profiles.get(workload) ?? []), profile]);
  };
}
