/** Services never run as root: started by root, they run as a user that owns nothing else of ours. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { StartError } from './say.mjs';

/** Undefined means "ourselves". The owner of data that already exists is the one who can read it. */
export function serviceUser(existingData) {
  if (process.getuid() !== 0) return undefined;
  const owner = ownerOf(existingData);
  return owner ?? known('postgres') ?? known('conclave') ?? created('conclave') ?? nobody();
}

export function ids(user) {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/** Asks the system itself, so access lists and mount options count as well as modes. */
export function can(user, script, ...args) {
  return tryAs(user, script, ...args).ok;
}

export function tryAs(user, script, ...args) {
  const { status, stdout, stderr, error } = spawnSync('/bin/sh', ['-c', script, 'sh', ...args], {
    ...ids(user),
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    encoding: 'utf8',
  });
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? error?.message ?? ''}`.trim() };
}

function ownerOf(path) {
  try {
    const { uid, gid } = statSync(path);
    return uid === 0 ? undefined : { name: `uid ${uid}`, uid, gid };
  } catch {
    return undefined;
  }
}

function known(name) {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : Number.NaN;
  });
  return Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0
    ? { name, uid, gid }
    : undefined;
}

function created(name) {
  spawnSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', name]);
  return known(name);
}

function nobody() {
  const user = known('nobody');
  if (user) return user;
  throw new StartError(
    'Postgres does not run as root and this system has no user for it. Create one with "useradd --system conclave", or set DATABASE_URL.',
  );
}
