/** The conclave command as people and scripts use it: here in this process, or as a process of its own. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { run, type Ending, type Parts } from '../../src/cli/run.ts';
import type { Machine, Surroundings } from '../../src/cli/surroundings.ts';
import type { World } from '../support/world.ts';
export const LAUNCHER = new URL('../../bin/conclave.mjs', import.meta.url).pathname;

export const machine: Machine = {
  pid: process.pid,
  host: hostname(),
  uid: process.getuid?.() ?? null,
  isRunning(pid) {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  },
  now: () => Date.now(),
  later(milliseconds, task) {
    const timer = setTimeout(task, milliseconds);
    return () => clearTimeout(timer);
  },
};

export interface Said {
  readonly ending: Ending | null;
  readonly out: string;
  readonly err: string;
}

interface Options extends Partial<Pick<Parts, 'openScreen' | 'openKeeper' | 'openOperator'>> {
  readonly environment?: Readonly<Record<string, string>>;
  /** What is on standard input, to its end. */
  readonly input?: string;
  readonly isTerminal?: boolean;
}

/** A command that runs, with everything that it has said so far. */
export interface Running {
  said(): { readonly out: string; readonly err: string };
  /** Resolves with the first line of the result, from the last one that was asked for, that fits. */
  line(fits: (line: string) => boolean): Promise<string>;
  readonly interrupt: (signal?: NodeJS.Signals) => void;
  readonly ended: Promise<Said>;
}

/** How long a story waits for a line before it fails: as long as a slow machine may take, since nobody waits for what is there. */
const PATIENCE_MS = 60_000;

/** One person's machine: a home of its own. */
export class Machinery {
  readonly home = mkdtempSync(join(realpathSync(tmpdir()), 'conclave-cli-'));
  readonly #children: ChildProcess[] = [];

  /** Runs it in this process. */
  here(words: readonly string[], options: Options = {}): Running {
    const { environment = {}, input, isTerminal = false, ...parts } = options;
    const interrupted = new AbortController();
    const [out, err, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
    stdin.end(input ?? '');
    const streams = { stdin, stdout: out, stderr: err };
    for (const stream of Object.values(streams)) Object.assign(stream, { isTTY: isTerminal });
    const surroundings = {
      words,
      environment: { CONCLAVE_HOME: join(this.home, 'state'), ...environment },
      home: this.home,
      machine,
      interrupted: interrupted.signal,
      ...streams,
    } as unknown as Surroundings;
    const heard = new Heard(out, err);
    const ports = { openScreen: none, openOperator: none, openKeeper: none, examine: none };
    const ending = run({ surroundings, version: '1.2.3', ...ports, ...parts });
    return {
      said: () => heard.said(),
      line: (fits) => heard.line(fits),
      interrupt(signal = 'SIGINT') {
        interrupted.abort(signal);
      },
      ended: ending.then((how) => ({ ending: how, ...heard.said() })),
    };
  }

  /** Runs it in a process of its own. */
  apart(words: readonly string[], { environment = {}, input = '' }: Options = {}): Running {
    const child = spawn(process.execPath, [LAUNCHER, ...words], {
      cwd: this.home,
      env: this.environment(environment),
    });
    this.#children.push(child);
    const heard = new Heard(child.stdout, child.stderr);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const ended = new Promise<Said>((resolve) => {
      child.once('close', (code, signal) =>
        resolve({ ending: code ?? signal ?? null, ...heard.said() }),
      );
    });
    return {
      said: () => heard.said(),
      line: (fits) => heard.line(fits),
      interrupt: (signal = 'SIGINT') => void child.kill(signal),
      ended,
    };
  }

  environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.home,
      CONCLAVE_HOME: join(this.home, 'state'),
      ...more,
    };
  }

  /** Every file that is kept, with its mode. */
  files(folder = join(this.home, 'state')): { readonly path: string; readonly mode: number }[] {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (!stat) return []; // written beside its name, which it has by now
      const own = { path, mode: stat.mode & 0o777 };
      return entry.isDirectory() ? [own, ...this.files(path)] : [own];
    });
  }

  end(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.home, { recursive: true, force: true, maxRetries: 20 });
  }
}

class Heard {
  #out = '';
  #err = '';
  #read = 0;
  readonly #waiting = new Set<() => void>();

  constructor(out: NodeJS.ReadableStream, err: NodeJS.ReadableStream) {
    out.on('data', (bytes: Buffer) => {
      this.#out += bytes.toString();
      for (const look of [...this.#waiting]) look();
    });
    err.on('data', (bytes: Buffer) => (this.#err += bytes.toString()));
  }

  said() {
    return { out: this.#out, err: this.#err };
  }

  line(fits: (line: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      const look = () => {
        for (let end = this.#end(); end >= 0; end = this.#end()) {
          const line = this.#out.slice(this.#read, end);
          this.#read = end + 1;
          if (!fits(line)) continue;
          finish(() => resolve(line));
          return;
        }
      };
      const late = () =>
        finish(() => reject(new Error(`no line ${fits.toString()} in ${this.#out}${this.#err}`)));
      const timer = setTimeout(late, PATIENCE_MS);
      this.#waiting.add(look);
      look();
    });
  }

  #end(): number {
    return this.#out.indexOf('\n', this.#read);
  }
}

const none = () => assert.fail('nothing of that was to be opened');
/** What it said when it did what it was to do. */
export async function done(running: Running): Promise<string> {
  const { ending, out, err } = await running.ended;
  assert.equal(ending, 0, `${out}${err}`);
  return out;
}

/** The lines of the result as the objects they are. */
export async function rows(running: Running): Promise<Record<string, unknown>[]> {
  const out = await done(running);
  return out.split('\n').filter(Boolean).map(parsed);
}

export function parsed(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown>;
}

/** The error that it ended with, as `--json` says it. */
export async function failure(running: Running): Promise<Record<string, unknown>> {
  const { ending, out, err } = await running.ended;
  assert.notEqual(ending, 0, out);
  assert.equal(out, '');
  const lines = err.split('\n').filter(Boolean);
  assert.equal(lines.length, 1, err);
  return { ending, ...(parsed(lines[0] ?? '')['error'] as object) };
}

export interface Somebody {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

/** Who has no account yet. */
export function stranger(name: string): Somebody {
  const run = randomBytes(6).toString('hex');
  return {
    name,
    email: `${name.toLowerCase()}-${run}@example.org`,
    password: `${randomBytes(9).toString('base64url')}aA1!`,
  };
}

/** Registers and signs in with a profile of that name; `more` is what else the command is told. */
export async function newcomer(
  home: Machinery,
  { url, slug }: Pick<World, 'url' | 'slug'>,
  name: string,
  profile = name.toLowerCase(),
  more: readonly string[] = [],
): Promise<Somebody> {
  const somebody = stranger(name);
  const { email, password } = somebody;
  const who = ['--email', email, '--name', name, '--password-stdin', '--workspace', slug];
  const words = ['sign-up', '--server', url, '--profile', profile, ...who, ...more];
  await done(home.here(words, { input: `${password}\n` }));
  return somebody;
}
