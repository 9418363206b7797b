/** `npm test`, `npm run soak` and `npm run faults`: against a Postgres and a Redis that exist for this run only. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bringUp } from './bootstrap/bring-up.mjs';
import { aborted, endOnSignals } from './bootstrap/endings.mjs';
import { dealt, followed, keepCosts, lanesHere, told } from './bootstrap/lanes.mjs';
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
const { TEST_COSTS: costsWanted, ...env } = testEnvironment(process.env);
// What the tests cover is for them alone to write down: Node hands this to all that are spawned, also where they get nothing else.
delete process.env.NODE_V8_COVERAGE;
const quiet = () => undefined;
const houses = [];
const states = [];
let code = 1;

try {
  await removeAbandonedStates();
  code = program || soak || args.length > 0 ? await alone() : await inLanes();
} catch (error) {
  complain(error);
  code = error instanceof Interrupted ? 130 : 1;
}

for (const house of houses) {
  try {
    await house.stop();
  } catch (error) {
    complain(error);
    code = 1;
  }
}
for (const state of states) rmSync(state, { recursive: true, force: true, maxRetries: 5 });
process.exit(code);

async function alone() {
  const { house, state } = await newHouse();
  const command = program ? ['--import=tsx', program, ...args] : mochaCommand(state);
  const tests = started(house, command, ['ignore', 'inherit', 'inherit']);
  return await unlessFailed(tests.exited.then(({ code }) => code ?? 1));
}

async function inLanes() {
  const shares = dealt('test', join('test', 'soak'), lanesHere(env));
  const [lanes, costs] = [[], []];
  for (const share of shares.filter(({ length }) => length > 0)) {
    const { house, state } = await newHouse();
    const own = costsWanted ? { TEST_COSTS: join(state, 'costs.json') } : {};
    const tests = started(house, mochaCommand(state, share), ['ignore', 'pipe', 'pipe'], own);
    lanes.push(followed(tests, lanes.length > 0 ? join(state, 'lane.log') : undefined));
    costs.push(...Object.values(own));
  }
  const ended = await unlessFailed(told(lanes));
  if (costsWanted && ended === 0) keepCosts('test', costs);
  return ended;
}

/** Services of its own, migrated; what the machine still lacks is installed before the first. */
async function newHouse() {
  const state = newTestState();
  states.push(state);
  const house = await bringUp({
    root,
    env,
    say: quiet,
    durable: false,
    stateDir: state,
    signal,
    prepare: houses.length > 0 ? undefined : ({ run }) => prepare({ root, env, say, run, signal }),
  });
  houses.push(house);
  await migrate({ root, house, quiet: true });
  return { house, state };
}

function started(house, command, stdio, more = {}) {
  return house.children.start('tests', process.execPath, command, {
    cwd: root,
    env: { ...house.env, ...more },
    stdio,
  });
}

/** What `ends` gives, unless a service ends before or the person asks to stop. */
async function unlessFailed(ends) {
  const first = await Promise.race([ends, ...houses.map(({ failed }) => failed), aborted(signal)]);
  if (first instanceof Error) throw first;
  return first ?? 1;
}

/** Mocha adds the paths it is given to those of its configuration; here they are meant to replace them. */
function mochaCommand(state, share) {
  const command = [join(root, 'node_modules', 'mocha', 'bin', 'mocha.js')];
  const { spec, ignore, ...configuration } = JSON.parse(
    readFileSync(join(root, '.mocharc.json'), 'utf8'),
  );
  const file = join(state, 'mocharc.json');
  writeFileSync(file, JSON.stringify(soak ? configuration : { ...configuration, ignore }));
  if (share) return [...command, '--config', file, ...share];
  const isPath = (arg) => /\.[cm]?[jt]s$/.test(arg) || existsSync(join(root, arg));
  const named = args.some((arg) => !arg.startsWith('-') && isPath(arg));
  return [...command, '--config', file, ...args, ...(named ? [] : [soak ? SOAK : spec].flat())];
}
