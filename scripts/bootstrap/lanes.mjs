/** All stories in lanes beside each other, each lane on services of its own: no story meets another's. */
import { createReadStream, createWriteStream, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';

/** A story waits about as long as it works: two on two cores take little more than one. More would starve the clocks. */
const LANES = 2;

export function lanesHere(env) {
  const asked = Number(env.TEST_LANES);
  return asked >= 1 ? Math.floor(asked) : Math.min(LANES, availableParallelism());
}

/** The stories of `folder` but for those of `without`, dealt out in turn: neighbours cost about the same. */
export function dealt(folder, without, lanes) {
  const files = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.test.ts') && !path.startsWith(without))
    .sort();
  return Array.from({ length: lanes }, (_, lane) => files.filter((__, i) => i % lanes === lane));
}

/**
 * Shows the first lane as it runs and the others when they are done, each from its beginning: their lines in turn would
 * tell no story.
 */
export async function shown(lanes, output) {
  const [first, ...others] = lanes;
  if (!first) return 0;
  first.tests.process.stdout.pipe(output, { end: false });
  first.tests.process.stderr.pipe(process.stderr, { end: false });
  const kept = others.map(async ({ tests, log }) => {
    const file = createWriteStream(log, { mode: 0o600 });
    for (const stream of [tests.process.stdout, tests.process.stderr])
      stream.pipe(file, { end: false });
    const end = await tests.exited;
    file.end();
    await finished(file);
    return { log, code: end.code ?? 1 };
  });
  const { code } = await first.tests.exited;
  const ends = await Promise.all(kept);
  for (const { log } of ends) await pipeline(createReadStream(log), output, { end: false });
  return Math.max(code ?? 1, ...ends.map((end) => end.code));
}
