/** A Postgres that only this machine can reach, only with its password, and that is ready when we say so. */
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, until } from './children.mjs';
import { freePort } from './ports.mjs';
import { dataFolder } from './paths.mjs';
import { DATABASE, OWNER, serviceOptions } from './postgres-data.mjs';
import { isRunning, startTime } from './process-identity.mjs';
import { StartError } from './say.mjs';

// For a small machine; whoever outgrows these brings a Postgres of their own.
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  max_wal_size: '512MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};
const THROW_AWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

export async function startPostgres({
  home,
  binaries,
  user,
  password,
  durable,
  earlier,
  env,
  folders,
  children,
  signal,
}) {
  const data = dataFolder(home);
  const log = join(folders.log, 'postgres.log');
  if (existsSync(log)) renameSync(log, join(folders.log, 'postgres.previous.log'));
  removeMisleadingPid(data, earlier);
  for (let attempt = 1; ; attempt++) {
    const port = Number(env.CONCLAVE_POSTGRES_PORT) || (await freePort());
    const settings = { ...SETTINGS, ...(durable ? {} : THROW_AWAY), port };
    const child = children.start(
      'postgres',
      join(binaries.native, 'bin', 'postgres'),
      [
        '-D',
        data,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      { ...serviceOptions(user), log },
    );
    if (await until(() => isReady(data, child.identity.pid), { child, signal })) {
      children.watch(
        child,
        () => `Postgres ended unexpectedly. The end of ${log}:\n${lastLines(log)}`,
      );
      return {
        url: `postgresql://${OWNER}:${password.value}@127.0.0.1:${port}/${DATABASE}`,
        data,
        port,
      };
    }
    const said = lastLines(log, 12) || (child.end?.error?.message ?? '');
    const portTaken = /could not (bind|create any TCP)/.test(said);
    // Between choosing a free port and taking it, someone else may have.
    if (portTaken && !env.CONCLAVE_POSTGRES_PORT && attempt < 5) continue;
    throw notStarted({ said, log, port, portTaken, data });
  }
}

/** Postgres writes its state on the eighth line, once it takes connections. */
function isReady(data, pid) {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

/**
 * After a crash the file may name a process id that something else has now, and Postgres would refuse to start.
 * It goes only when our record shows that the process is not the Postgres that wrote it.
 */
function removeMisleadingPid(data, earlier) {
  const file = join(data, 'postmaster.pid');
  const recorded = earlier.find(({ kind }) => kind === 'postgres');
  if (!recorded || !existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const reused = startTime(pid) !== undefined && !isRunning(recorded);
  if (pid === recorded.pid && reused) rmSync(file);
}

function notStarted({ said, log, port, portTaken, data }) {
  if (portTaken) {
    return new StartError(
      `Port ${port} for Postgres is in use. Choose another CONCLAVE_POSTGRES_PORT, or leave it out.`,
    );
  }
  if (/No space left on device/.test(said)) {
    return new StartError(
      `The disk is full: Postgres could not start on ${data}. Free some space and start again; your data is as it was.`,
    );
  }
  return new StartError(`Postgres did not start. The end of ${log}:\n${said}`);
}
