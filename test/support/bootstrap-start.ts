/** `npm start` and `npm test` as a person meets them: a command, what it prints, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { type Clone, eventually } from './bootstrap-clone.ts';

export interface Running {
  readonly process: ChildProcess;
  readonly pid: number;
  out(): string;
  err(): string;
  /** Resolves when the banner is printed, and fails with what was said instead. */
  ready(): Promise<Running>;
  ended(): Promise<number | null>;
}

interface Options {
  env?: Record<string, string>;
  uid?: number;
  /** The words after the name of the program; the default is `npm start` without npm. */
  command?: [string, ...string[]];
  detached?: boolean;
}

export async function start(clone: Clone, options: Options = {}): Promise<Running> {
  const { uid, detached = false } = options;
  const [program, ...args] = options.command ?? [process.execPath, 'scripts/start.mjs'];
  const child = spawn(program, args, {
    cwd: clone.path,
    detached,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Only what a bare machine has: a surrounding test run must not lend us its database.
    env: {
      PATH: process.env['PATH'],
      HOME: clone.path,
      PORT: String(await unusedPort()),
      ...options.env,
    },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  let over = false;
  const ending = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      over = true;
      resolve(code);
    });
  });
  const running: Running = {
    process: child,
    pid: child.pid ?? 0,
    out: () => out,
    err: () => err,
    ended: () => ending,
    async ready() {
      await eventually(
        'the start is complete',
        () => over || out.includes('Conclave is running at'),
      );
      if (over) throw new Error(`It ended instead of starting:\n${out}\n${err}`);
      return running;
    },
  };
  return running;
}

export async function stop(running: Running): Promise<number | null> {
  running.process.kill('SIGINT');
  return running.ended();
}

export async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
