/** `npm run faults`: everything that may fail does, under people who write and read, and each history is judged by the promises. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { FEWEST_ACKED } from '../test/faults/checker.ts';
import { House } from '../test/faults/house.ts';
import { gather } from '../test/faults/people.ts';
import { resultLine, writeGuarantees } from '../test/faults/report.ts';
import { run, type Outcome } from '../test/faults/run.ts';
import { SCENARIOS } from '../test/faults/scenarios.ts';
import type { Size } from '../test/faults/schedule.ts';

const SIZE: Size = { sends: 1_240, milliseconds: 13_000, channels: 3, writersPerChannel: 12 };

const { values } = parseArgs({
  options: {
    seed: { type: 'string', multiple: true, default: ['1'] },
    only: { type: 'string', multiple: true },
  },
});
const seeds = values.seed.map(Number);
const chosen = SCENARIOS.filter(({ name }) => values.only?.includes(name) ?? true);
if (chosen.length === 0 || !seeds.every(Number.isSafeInteger)) {
  console.error(`Usage: npm run faults -- [--seed N]… [--only NAME]…
Names: ${SCENARIOS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const began = performance.now();
const bar = process.stdout.isTTY
  ? new cliProgress.SingleBar({ format: '{bar} {value}/{total} {doing}', clearOnComplete: true })
  : null;
console.log(
  `${chosen.length} scenarios, seed ${seeds.join(', ')}: two nodes, a durable Postgres and a Redis of their own`,
);
const house = await House.open({ ownPostgres: true });
const interrupt = new AbortController();
let closing: Promise<void> | null = null;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void interrupted());
const cast = await gather(house, SIZE);
const planned = seeds.flatMap((seed) => chosen.map((scenario) => ({ seed, scenario })));
const outcomes: Outcome[] = [];
let broken = 0;
bar?.start(planned.length, 0, { doing: '' });
for (const { seed, scenario } of planned) {
  const doing = seeds.length > 1 ? `${scenario.name}, seed ${seed}` : scenario.name;
  if (bar) bar.update({ doing });
  else console.log(`… ${doing}: ${scenario.about}`);
  try {
    const outcome = await run(scenario, { house, cast, size: SIZE, seed, fewest: FEWEST_ACKED });
    outcomes.push(outcome);
    line(resultLine(outcome));
    for (const { check, text } of outcome.violations.slice(0, 10)) line(`    ${check} ${text}`);
    if (outcome.violations.length > 0) line(`    its history is in ${kept(outcome, seed)}`);
  } catch (error) {
    if (interrupt.signal.aborted) break;
    broken += 1;
    line(
      `BROKEN ${scenario.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    await house.healed();
  }
  bar?.increment();
}
bar?.stop();
await close();
const bad = outcomes.filter((outcome) => outcome.invalid !== null || outcome.violations.length > 0);
console.log(
  `${outcomes.length - bad.length} of ${planned.length} runs kept every promise, in ${((performance.now() - began) / 1_000).toFixed(0)} s`,
);
if (bad.length === 0 && broken === 0 && !values.only) await writeGuarantees(outcomes, seeds);
process.exit(bad.length === 0 && broken === 0 ? 0 : 1);

/** Above the bar, where there is one. */
function line(text: string): void {
  if (bar) process.stdout.write('\r\x1b[K');
  console.log(text);
}

/** What to look at when a promise was broken: ids, places and times, and nothing of what was written. */
function kept({ scenario, history }: Outcome, seed: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-history-'));
  const file = join(folder, `${scenario.name}-${seed}.json`);
  writeFileSync(file, JSON.stringify(history));
  return file;
}

/** Once, whoever asks first. */
function close(): Promise<void> {
  return (closing ??= (async () => {
    cast.leave();
    await house.end();
  })());
}

async function interrupted(): Promise<void> {
  interrupt.abort();
  await close();
  process.exit(130);
}
