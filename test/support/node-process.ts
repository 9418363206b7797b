/** A node as it really runs: a process of its own, which a test reads the log of, stops in its tracks and ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Environment } from '../../src/config.ts';
import { project } from './bootstrap-clone.ts';

/** A line of the node's log. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

interface Ready {
  readonly address: string;
  readonly setupCode?: string;
}

/** A free port, cheap hashes, and a line in the log for every call. */
const STANDARD = { PORT: '0', BCRYPT_COST: '4', LOG_LEVEL: 'debug' };
/** How long a node may take to start, and to end after it was asked to. */
const PATIENCE_MS = 90_000;

/** The settings of a node on this database, whatever those of the test run say of another. */
export function onDatabase(url: string, appPassword: string) {
  return {
    DATABASE_URL: url,
    DATABASE_APP_PASSWORD: appPassword,
    DATABASE_APP_PASSWORD_FILE: '',
    DATABASE_APP_URL: '',
  };
}

export class NodeProcess {
  readonly url: string;
  /** For the first admin to register with; empty when there is one. */
  readonly setupCode: string;
  readonly #child: ChildProcess;
  readonly #lines: Line[];
  readonly #gone: Promise<number | null>;

  private constructor(child: ChildProcess, { address, setupCode = '' }: Ready, lines: Line[]) {
    this.#child = child;
    this.#lines = lines;
    this.url = address;
    this.setupCode = setupCode;
    this.#gone = new Promise((resolve) => child.once('exit', resolve));
  }

  /** Resolves when it serves. `modules` are loaded before it, to change what surrounds it. */
  static async start(environment: Environment, modules: readonly string[] = []) {
    const imports = ['tsx', ...modules].map((module) => `--import=${module}`);
    const child = spawn(process.execPath, [...imports, 'src/main.ts'], {
      cwd: project,
      env: { ...surroundings(), ...STANDARD, ...environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const lines: Line[] = [];
    if (child.stderr)
      createInterface({ input: child.stderr }).on('line', (text) => lines.push(lineOf(text)));
    const ready = await new Promise<Ready>((resolve, reject) => {
      const late = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error('the node did not start in time'));
      }, PATIENCE_MS);
      child.once('message', (message) => {
        clearTimeout(late);
        resolve(message as Ready);
      });
      child.once('exit', (code) => {
        clearTimeout(late);
        const said = lines.map(({ message }) => message).join('\n');
        reject(new Error(`the node ended with ${code}:\n${said}`));
      });
    });
    return new NodeProcess(child, ready, lines);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it logged so far, of all levels. */
  logged(when: (line: Line) => boolean): Line[] {
    return this.#lines.filter(when);
  }

  /** How often the operation was called on this node. */
  calls(operation: string): number {
    return this.logged((line) => line.message === 'call' && line['operation'] === operation).length;
  }

  /** What it logged as an error: there is none in a story that goes well. */
  get errors(): Line[] {
    return this.logged(({ level }) => level === 'error');
  }

  /** Tells a module that was loaded before the node; resolves with its answer. */
  async tell(message: object): Promise<unknown> {
    const answered = once(this.#child, 'message');
    this.#child.send(message);
    return (await answered)[0] as unknown;
  }

  /** It stands still until `thaw`, as on a machine that swaps; its connections stay open. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends it as an operator does; gives its exit code, null if it had to be killed. */
  async stop(): Promise<number | null> {
    this.thaw();
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    const code = await this.#gone;
    clearTimeout(late);
    return code;
  }
}

/** Without what speaks to the test alone: a node refuses to start with a setting that it does not know. */
function surroundings(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('CONCLAVE_SOAK_'));
  return Object.fromEntries(own);
}

/** What is no line of the log is the last word of a process that fell over. */
function lineOf(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return { level: 'error', message: text };
  }
}
