/** Runs the trials of a bench of Conclave alone, one after the other, on a Postgres and a Redis of their own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command as run } from '../command.ts';
import { hotSpots } from '../hot-spots.ts';
import type { CpuProfile } from '../inspector.ts';
import { startLoad } from '../load-process.ts';
import { progress } from '../progress.ts';
import { spotLines, table } from '../report.ts';
import { ROOT, type Services } from '../services.ts';
import { readOptions, usage, type AloneOptions } from './options.ts';
import { aloneCells, heldLines, machineLine, recordAlone, type AloneResult } from './report.ts';
import type { AloneBench, AloneTrial } from './trial.ts';

/** Functions that are named of each trial that was profiled. */
const MOST_SPOTS = 20;

/** As the words on the command line say; ends the process, with 0 where every trial was valid. */
export function runAlone(bench: AloneBench): Promise<never> {
  return run({
    usage: usage(bench),
    read: (words) => readOptions(bench, words),
    run: (on, options) => benchAndTell(on, bench, options),
  });
}

/** 1 when a trial was invalid: then the figures are printed all the same, and mean nothing. */
async function benchAndTell(
  on: Services,
  { command }: AloneBench,
  { trials, json, profile, record }: AloneOptions,
) {
  const load = await startLoad(on);
  const shown = progress();
  const results: AloneResult[] = [];
  for (const trial of trials) {
    const profiles: CpuProfile[] = [];
    const keep = (one: CpuProfile) => void profiles.push(one);
    shown.begin(trial.name, trial.total);
    const update = (done: number) => shown.update(done);
    const found = await trial
      .run({ services: on, load, progress: update, profiled: profile === null ? null : keep })
      .finally(() => shown.end());
    results.push({ trial, found });
    process.stdout.write(`\n${table(aloneCells({ trial, found }))}\n`);
    if (profile !== null) tellSpots(trial, profiles, profile);
  }
  process.stdout.write(`\n${[...heldLines(results), machineLine(on.programs)].join('\n')}\n`);
  const written = results.map(({ trial: { name, title }, found }) => ({ name, title, ...found }));
  if (json !== null) writeFileSync(json, `${JSON.stringify(written, null, 2)}\n`);
  if (results.some(({ found }) => found.faults.length > 0)) return 1;
  if (record) await recordAlone(command, results, on.programs);
  return 0;
}

function tellSpots({ name, title }: AloneTrial, profiles: readonly CpuProfile[], folder: string) {
  mkdirSync(folder, { recursive: true });
  for (const [i, each] of profiles.entries())
    writeFileSync(join(folder, `${name}-${i + 1}.cpuprofile`), JSON.stringify(each));
  const spots = hotSpots(profiles, ROOT, MOST_SPOTS);
  process.stdout.write(`\n${spotLines({ title, spots }).join('\n')}\n`);
}
