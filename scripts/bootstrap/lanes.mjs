/** All stories in lanes beside each other, each lane on services of its own: no story meets another's. */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';

/** A story waits about as long as it works: two on two cores take little more than one. More would starve the clocks. */
const LANES = 2;

export function lanesHere(env) {
  const asked = Number(env.TEST_LANES);
  return asked >= 1 ? Math.floor(asked) : Math.min(LANES, availableParallelism());
}

/** Seconds of files that take longer than most, as they were measured; the others take about as long as each other. */
const COSTS = 'costs.json';
const COSTLY_SECONDS = 3;
const USUAL_SECONDS = 2;

/** The stories of `folder` but for those of `without`: the dearest first, each to the lane that has least to do. */
export function dealt(folder, without, lanes) {
  const known = join(folder, COSTS);
  const costs = existsSync(known) ? JSON.parse(readFileSync(known, 'utf8')) : {};
  const files = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.test.ts') && !path.startsWith(without))
    .sort()
    .map((path) => ({ path, seconds: costs[path] ?? USUAL_SECONDS }))
    .sort((a, b) => b.seconds - a.seconds);
  const shares = Array.from({ length: lanes }, () => ({ paths: [], seconds: 0 }));
  for (const { path, seconds } of files) {
    const least = shares.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    least.paths.push(path);
    least.seconds += seconds;
  }
  return shares.map(({ paths }) => paths.sort());
}

/** Keeps what a run of all lanes measured, from the files that they wrote, for the next that are dealt. */
export function keepCosts(folder, written) {
  const measured = written.flatMap((file) =>
    Object.entries(JSON.parse(readFileSync(file, 'utf8'))),
  );
  const costly = measured
    .filter(([, seconds]) => seconds >= COSTLY_SECONDS)
    .map(([path, seconds]) => [path, Math.round(seconds)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(join(folder, COSTS), `${JSON.stringify(Object.fromEntries(costly), null, 2)}\n`);
}

/**
 * Follows the tests of a lane from their start: shows them as they run, or where there is a `log` keeps what they say for
 * `told`, because the lines of two in turn would tell no story. Gives `{ ended, log }`; `ended` is the exit code.
 */
export function followed({ exited, process: { stdout, stderr } }, log) {
  if (!log) {
    stdout.pipe(process.stdout, { end: false });
    stderr.pipe(process.stderr, { end: false });
    return { ended: exited.then(({ code }) => code ?? 1) };
  }
  const file = createWriteStream(log, { mode: 0o600 });
  for (const stream of [stdout, stderr]) stream.pipe(file, { end: false });
  const ended = exited.then(async ({ code }) => {
    file.end();
    await finished(file);
    return code ?? 1;
  });
  return { ended, log };
}

/** Waits for all lanes, then tells what was kept of them; the exit code is that of the worst. */
export async function told(lanes) {
  const codes = await Promise.all(lanes.map(({ ended }) => ended));
  for (const { log } of lanes)
    if (log) await pipeline(createReadStream(log), process.stdout, { end: false });
  return Math.max(...codes);
}
