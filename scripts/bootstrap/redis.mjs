/** A Redis that only this machine can reach, only with its password, the best one this machine has to offer. */
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, renameSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLines, until } from './children.mjs';
import { ownFolder } from './paths.mjs';
import { freePort } from './ports.mjs';
import { serviceOptions } from './postgres-data.mjs';
import { StartError } from './say.mjs';
import { tryAs } from './service-user.mjs';

const MEMORY = '256mb';

export async function startRedis({ home, user, env, folders, children, signal }) {
  const log = join(folders.log, 'redis.log');
  if (existsSync(log)) renameSync(log, join(folders.log, 'redis.previous.log'));
  const password = randomBytes(24).toString('hex');
  const program = installedRedis(env, user);
  const start = program ? startInstalled : startEmbedded;
  for (let attempt = 1; attempt <= 5; attempt++) {
    const port = await freePort();
    const child = start({ program, port, password, home, user, log, children });
    if (await until(() => answers(port, password), { child, signal })) {
      children.watch(
        child,
        () => `Redis ended unexpectedly. The end of ${log}:\n${lastLines(log)}`,
      );
      return {
        url: `redis://:${password}@127.0.0.1:${port}`,
        program: program ?? 'embedded Valkey',
        installed: Boolean(program),
      };
    }
    // Between choosing a free port and taking it, someone else may have.
    if (!/bind|in use|EADDRINUSE/i.test(lastLines(log))) break;
  }
  throw new StartError(`Redis did not start. The end of ${log}:\n${lastLines(log)}`);
}

function startInstalled({ program, port, password, home, user, log, children }) {
  const folder = ownFolder(join(home, 'redis'), 0o700);
  if (user) chownSync(folder, user.uid, user.gid);
  const child = children.start('redis', program, ['-'], {
    ...serviceOptions(user),
    log,
    stdio: ['pipe', 'log', 'log'],
  });
  // Read from standard input, the password is neither among the arguments nor on the disk.
  child.process.stdin.on('error', () => undefined);
  child.process.stdin.end(
    [
      'bind 127.0.0.1',
      `port ${port}`,
      `requirepass ${password}`,
      `dir "${folder}"`,
      'save ""',
      'appendonly no',
      'daemonize no',
      `maxmemory ${MEMORY}`,
      // A limit or a session that silently vanished would be worse than a refused write.
      'maxmemory-policy noeviction',
      '',
    ].join('\n'),
  );
  return child;
}

function startEmbedded({ port, password, user, log, children }) {
  const program = fileURLToPath(new URL('valkey-child.mjs', import.meta.url));
  const child = children.start(
    'redis',
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program],
    {
      cwd: '/',
      env: { PATH: process.env.PATH },
      log,
      stdio: ['ignore', 'log', 'log', 'ipc'],
    },
  );
  child.process.on('error', () => undefined);
  child.process.send({ port, password, memory: MEMORY, user }, () => undefined);
  return child;
}

/** The first Valkey or Redis on PATH that this user can run and that is new enough for sharded publishing. */
function installedRedis(env, user) {
  const folders = (env.PATH ?? '').split(delimiter).filter(isAbsolute);
  const candidates = ['valkey-server', 'redis-server'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return candidates.find((path) => {
    if (!existsSync(path)) return false;
    const version = /v=(\d+)\./.exec(tryAs(user, '"$1" --version', path).output)?.[1];
    return Number(version) >= 7;
  });
}

/** Asks over the wire with the password: another process on that port would not know it. */
function answers(port, password) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let text = '';
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.split('\r\n').length > 2 || text.startsWith('-')) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text.startsWith('+OK\r\n+PONG')));
  });
}
