/** `npm run bench`: Conclave with every control on, beside three baselines, under the same load in the same run. */
import { writeFileSync } from 'node:fs';
import { bench } from './bench.ts';
import { bootstrap } from './bootstrap.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { progress } from './progress.ts';
import { inFull, isValid, summary, table } from './report.ts';
import { startServices, type Services } from './services.ts';

const { aborted, endOnSignals } = await bootstrap('endings');
const { Interrupted, StartError } = await bootstrap('say');
const options = optionsOrUsage();
const signal = endOnSignals({ say: complain });
let services: Services | undefined;
let code = 1;

try {
  services = await startServices(signal);
  const stopped = aborted(signal).then(() => {
    throw new Interrupted();
  });
  const failed = services.failed.then((error) => {
    throw error;
  });
  code = await Promise.race([benchAndTell(services, options), stopped, failed]);
} catch (error) {
  explain(error);
}
try {
  await services?.stop();
} catch (error) {
  explain(error);
  code = 1;
}
process.exit(code);

/** 1 when a run was invalid: then the figures are printed all the same, and mean nothing. */
async function benchAndTell(on: Services, { json, ...chosen }: Options): Promise<number> {
  const taken = await bench({
    ...chosen,
    services: on,
    progress: progress(),
    done: (results) => process.stdout.write(`\n${table(results)}\n`),
  });
  process.stdout.write(`\n${summary(taken, on.programs)}\n`);
  if (json !== null) writeFileSync(json, `${JSON.stringify(inFull(taken), null, 2)}\n`);
  return taken.results.every(isValid) ? 0 : 1;
}

function optionsOrUsage(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

function explain(error: unknown): void {
  if (error instanceof Interrupted) return;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  complain(error instanceof StartError ? message : `The bench ended: ${stack ?? message}`);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
