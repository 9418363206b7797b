/** `npm run bench:chat`: what one channel of Conclave is held to, however much is in it and whatever is done there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readChatOptions, USAGE, type ChatOptions } from './chat/options.ts';
import { chatCells, heldLines, machineLine, recordChat, type ChatResult } from './chat/report.ts';
import type { ChatTrial } from './chat/trial.ts';
import { command } from './command.ts';
import { hotSpots } from './hot-spots.ts';
import type { CpuProfile } from './inspector.ts';
import { startLoad } from './load-process.ts';
import { progress } from './progress.ts';
import { spotLines, table } from './report.ts';
import { ROOT, type Services } from './services.ts';

/** Functions that are named of each trial that was profiled. */
const MOST_SPOTS = 20;

await command({ usage: USAGE, read: readChatOptions, run: benchAndTell });

/** 1 when a trial was invalid: then the figures are printed all the same, and mean nothing. */
async function benchAndTell(on: Services, { trials, json, profile, record }: ChatOptions) {
  const load = await startLoad(on);
  const shown = progress();
  const results: ChatResult[] = [];
  for (const trial of trials) {
    const profiles: CpuProfile[] = [];
    const keep = (one: CpuProfile) => void profiles.push(one);
    shown.begin(trial.name, trial.total);
    const update = (done: number) => shown.update(done);
    const found = await trial
      .run({ services: on, load, progress: update, profiled: profile === null ? null : keep })
      .finally(() => shown.end());
    results.push({ trial, found });
    process.stdout.write(`\n${table(chatCells({ trial, found }))}\n`);
    if (profile !== null) tellSpots(trial, profiles, profile);
  }
  process.stdout.write(`\n${[...heldLines(results), machineLine(on.programs)].join('\n')}\n`);
  const written = results.map(({ trial: { name, title }, found }) => ({ name, title, ...found }));
  if (json !== null) writeFileSync(json, `${JSON.stringify(written, null, 2)}\n`);
  if (results.some(({ found }) => found.faults.length > 0)) return 1;
  if (record) await recordChat(results, on.programs);
  return 0;
}

function tellSpots({ name, title }: ChatTrial, profiles: readonly CpuProfile[], folder: string) {
  mkdirSync(folder, { recursive: true });
  for (const [i, each] of profiles.entries())
    writeFileSync(join(folder, `${name}-${i + 1}.cpuprofile`), JSON.stringify(each));
  const spots = hotSpots(profiles, ROOT, MOST_SPOTS);
  process.stdout.write(`\n${spotLines({ title, spots }).join('\n')}\n`);
}
