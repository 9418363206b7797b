/** `npm test`, `npm run soak` and `npm run faults`: against a Postgres and a Redis that exist for this run only. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bringUp } from './bootstrap/bring-up.mjs';
import { aborted, endOnSignals } from './bootstrap/endings.mjs';
import { prepare } from './bootstrap/prepare.mjs';
import { complain, Interrupted, say } from './bootstrap/say.mjs';
import { migrate } from './bootstrap/server.mjs';
import { newTestState, removeAbandonedStates, testEnvironment } from './bootstrap/test-state.mjs';

/** Stories that take minutes: `--soak` runs them, and nothing else does. */
const SOAK = 'test/soak/**/*.test.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const given = process.argv.slice(2);
/** What is no story for mocha, by the word that asks for it. */
const PROGRAMS = { '--faults': 'scripts/faults.ts', '--planted': 'scripts/planted-bugs.mjs' };
const args = given.filter((arg) => arg !== '--soak' && !(arg in PROGRAMS));
const soak = given.includes('--soak');
const program = PROGRAMS[given.find((arg) => arg in PROGRAMS)];
const signal = endOnSignals({ say });
const env = testEnvironment(process.env);
const quiet = () => undefined;
let stateDir;
let house;
let code = 1;

try {
  await removeAbandonedStates();
  stateDir = newTestState();
  house = await bringUp({
    root,
    env,
    say: quiet,
    durable: false,
    stateDir,
    signal,
    prepare: ({ run }) => prepare({ root, env, say, run, signal }),
  });
  await migrate({ root, house, quiet: true });
  const command = program ? ['--import=tsx', program, ...args] : mochaCommand();
  const tests = house.children.start('tests', process.execPath, command, {
    cwd: root,
    env: house.env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const first = await Promise.race([tests.exited, house.failed, aborted(signal)]);
  if (first instanceof Error) throw first;
  code = first?.code ?? 1;
} catch (error) {
  complain(error);
  code = error instanceof Interrupted ? 130 : 1;
}

try {
  await house?.stop();
} catch (error) {
  complain(error);
  code = 1;
}
if (stateDir) rmSync(stateDir, { recursive: true, force: true, maxRetries: 5 });
process.exit(code);

/** Mocha adds the paths it is given to those of its configuration; here they are meant to replace them. */
function mochaCommand() {
  const command = [join(root, 'node_modules', 'mocha', 'bin', 'mocha.js')];
  const { spec, ignore, ...configuration } = JSON.parse(
    readFileSync(join(root, '.mocharc.json'), 'utf8'),
  );
  const file = join(stateDir, 'mocharc.json');
  writeFileSync(file, JSON.stringify(soak ? configuration : { ...configuration, ignore }));
  const isPath = (arg) => /\.[cm]?[jt]s$/.test(arg) || existsSync(join(root, arg));
  const named = args.some((arg) => !arg.startsWith('-') && isPath(arg));
  return [...command, '--config', file, ...args, ...(named ? [] : [soak ? SOAK : spec].flat())];
}
