/** The process of the command: the only file of it that touches `process`, and the only one that ends it. */
import { readFileSync } from 'node:fs';
import { constants, homedir, hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.ts';
import type { OpenKeeper } from './keeper-port.ts';
import type { Examine, OpenOperator } from './operator-port.ts';
import { run } from './run.ts';
import type { OpenScreen } from './screen-port.ts';
import type { Machine, Surroundings } from './surroundings.ts';

/** Between two attempts to end as a signal ends a process, and how long to try. */
const AGAIN_MS = 20;
const LAST_MS = 1_000;
/** The longest that a timer can wait; beyond, it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Carries out the words of this process and ends it. A second signal ends it at once. */
export async function main(): Promise<never> {
  const interrupted = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => interrupted.abort(signal);
  for (const signal of SIGNALS) process.once(signal, interrupt);
  const surroundings: Surroundings = {
    words: process.argv.slice(2),
    environment: process.env,
    home: homedir(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    machine: machine(),
    interrupted: interrupted.signal,
  };
  const ending = await run({
    ...{ surroundings, version: version(), openScreen, openOperator, openKeeper, examine },
  });
  if (typeof ending === 'number') process.exit(ending);
  for (const signal of SIGNALS) process.off(signal, interrupt);
  // A shell wants to know how it ended. Whoever else listens, e.g. to mend the terminal, may need a moment to let go.
  const end = () => process.kill(process.pid, ending);
  end();
  setInterval(end, AGAIN_MS);
  return new Promise(() =>
    setTimeout(() => process.exit(128 + constants.signals[ending]), LAST_MS),
  );
}

/** Loaded when it is opened, so that scripts need not wait for it. */
const openScreen: OpenScreen = async (options) => {
  const screen = await import('./screen/index.ts');
  return screen.openScreen(options);
};

/** The server's own parts, of which no other command knows: they take a while to load. */
const openOperator: OpenOperator = async ({ environment, machine: { uid, host } }) => {
  const operator = await import('../operator/index.ts');
  return operator.openOperator({
    environment,
    root: root(),
    uid,
    host,
    fail: (exit, code, sentence) => new Failure({ exit, code, sentence }),
  });
};

/** With the migrations of this program, which a restore applies. */
const openKeeper: OpenKeeper = async ({ environment, machine: { uid } }) => {
  const [operator, { migrate, migrationChecksums }] = await Promise.all([
    import('../operator/index.ts'),
    import('../../scripts/migrations.ts'),
  ]);
  return operator.openKeeper({
    environment,
    root: root(),
    uid,
    version: version(),
    heads: operator.ledgerHeads,
    migrate,
    migrations: migrationChecksums,
    fail: (exit, code, sentence) => new Failure({ exit, code, sentence }),
  });
};

const examine: Examine = async function* ({ environment, machine: { uid } }, { production }) {
  const operator = await import('../operator/index.ts');
  const nodeVersion = process.versions.node;
  yield* operator.diagnose({ environment, root: root(), uid, production, nodeVersion });
};

function root(): string {
  return fileURLToPath(new URL('../..', import.meta.url));
}

function machine(): Machine {
  return {
    pid: process.pid,
    host: hostname(),
    uid: process.getuid?.() ?? null,
    isRunning,
    now: () => Date.now(),
    later(milliseconds, task) {
      const timer = setTimeout(task, Math.min(milliseconds, LONGEST_MS));
      return () => clearTimeout(timer);
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
