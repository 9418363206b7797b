/** Every process we start is on record before it can outlive us, and none that is not ours is ever signalled. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf, isRunning } from './process-identity.mjs';
import { Interrupted, StartError } from './say.mjs';

// The server drains its connections within 10 s; Postgres' fast shutdown may have to write a checkpoint.
const ENDINGS = {
  postgres: {
    steps: [
      ['SIGINT', 10_000],
      ['SIGQUIT', 5_000],
      ['SIGKILL', 5_000],
    ],
  },
  server: {
    steps: [
      ['SIGTERM', 12_000],
      ['SIGKILL', 5_000],
    ],
  },
  redis: {
    steps: [
      ['SIGTERM', 5_000],
      ['SIGKILL', 5_000],
    ],
  },
};
const TASK = {
  group: true,
  steps: [
    ['SIGTERM', 5_000],
    ['SIGKILL', 5_000],
  ],
};

/** `file` keeps the record; `signal` forbids new processes once the person asked to stop. */
export function openChildren(file, signal) {
  const running = [];
  let stopping = false;
  let fail;
  const failed = new Promise((resolve) => (fail = resolve));

  const record = () =>
    writeRecord(
      file,
      running.map((child) => child.identity),
    );

  function start(kind, command, args, { log, ...options } = {}) {
    if (stopping || signal?.aborted) throw new Interrupted();
    const output = log === undefined ? undefined : openSync(log, 'a', 0o600);
    const wanted = options.stdio ?? ['ignore', 'log', 'log'];
    const stdio = wanted.map((stream) => (stream === 'log' ? output : stream));
    // A process group of its own: Ctrl-C in the terminal must reach us alone, we stop the rest in order.
    const spawned = spawn(command, args, { ...options, stdio, detached: true });
    if (output !== undefined) closeSync(output);
    const child = { kind, process: spawned, identity: { kind, ...identityOf(spawned.pid) } };
    child.exited = new Promise((resolve) => {
      spawned.once('error', (error) => resolve({ error }));
      spawned.once('close', (code, cause) => resolve({ code, cause }));
    });
    child.exited.then((end) => {
      child.end = end;
      running.splice(running.indexOf(child), 1);
      if (!stopping) record();
    }, undefined);
    running.push(child);
    record();
    return child;
  }

  /** Runs a task to its end and gives `{ code, output }`; `input` goes to its standard input. */
  async function run(kind, command, args, { input, ...options } = {}) {
    const child = start(kind, command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    const chunks = [];
    for (const stream of [child.process.stdout, child.process.stderr]) {
      stream?.on('data', (chunk) => chunks.push(chunk));
    }
    child.process.stdin?.on('error', () => undefined);
    child.process.stdin?.end(input ?? '');
    const { code, error } = await child.exited;
    if (error) throw new StartError(`${command} could not be run: ${error.message}`);
    if (stopping || signal?.aborted) throw new Interrupted();
    return { code, output: Buffer.concat(chunks).toString('utf8') };
  }

  return {
    failed,
    start,
    run,
    /** From now on the end of this child is the end of everything. */
    watch(child, describe) {
      child.exited.then((end) => {
        if (!stopping) fail(new StartError(describe(end)));
      }, undefined);
    },
    /** The last started is the first to go: the server before what it stands on. */
    async stop() {
      stopping = true;
      for (const child of [...running].reverse()) {
        await end(child.identity);
        await child.exited;
      }
      rmSync(file, { force: true });
    },
  };
}

/** The same as `run`, for a command that has nothing else to look after. */
export async function runPlainly(_kind, command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (c) => chunks.push(c));
  const [code] = await once(child, 'close');
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}

/** Ends what a start that was killed has left behind, and returns what it ended. */
export async function endOrphans(file) {
  const orphans = readRecord(file).filter(isRunning).reverse();
  for (const orphan of orphans) await end(orphan);
  return orphans;
}

export function readRecord(file) {
  try {
    const list = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

export async function end(identity) {
  const { steps, group } = ENDINGS[identity.kind] ?? TASK;
  for (const [signal, patience] of steps) {
    if (!isRunning(identity)) return;
    try {
      process.kill(group ? -identity.pid : identity.pid, signal);
    } catch (error) {
      if (error.code === 'EPERM') throw notOurs(identity);
    }
    for (const deadline = Date.now() + patience; Date.now() < deadline; await pause(20)) {
      if (!isRunning(identity)) return;
    }
  }
  throw new StartError(
    `Process ${identity.pid} (${identity.kind}) does not end. End it by hand, then start again.`,
  );
}

/** Polls until `check` gives something; ends early when the child does or the person asks to stop. */
export async function until(check, { child, signal, patience = 60_000 }) {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await pause(20)) {
    if (signal?.aborted) throw new Interrupted();
    if (child.end) return undefined;
    const found = await check();
    if (found) return found;
  }
  return undefined;
}

export function lastLines(log, count = 5) {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}

function notOurs({ pid, kind }) {
  return new StartError(
    `Process ${pid} (${kind}) of an earlier start belongs to another user. Stop it as that user, then start again.`,
  );
}

function writeRecord(file, list) {
  const next = `${file}.new`;
  writeFileSync(next, JSON.stringify(list), { mode: 0o600 });
  renameSync(next, file);
}
