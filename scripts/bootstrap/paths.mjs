/** State lives in folders that only their users can enter; nothing foreign in a shared place is ever trusted. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from './say.mjs';
import { can, serviceUser } from './service-user.mjs';

const SHARED_PLACE = '/var/tmp';

export function stateFolder(root, env) {
  return env.CONCLAVE_STATE_DIR ? resolve(root, env.CONCLAVE_STATE_DIR) : join(root, 'var');
}

export function openState(stateDir) {
  // Services of another user pass through the state folder without being able to list it.
  const state = ownFolder(stateDir, 0o711);
  return {
    state,
    run: ownFolder(join(state, 'run'), 0o700),
    log: ownFolder(join(state, 'log'), 0o700),
    secrets: join(state, 'secrets'),
  };
}

export const dataFolder = (home) => join(home, 'postgres', 'data');

/** True when there is a database to lose. */
export function hasData(home) {
  const folder = dataFolder(home);
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/**
 * Who runs the services and where they keep data: the state folder, or a folder outside when the service user
 * cannot enter that one. Data that exists already decides both, whatever became of the modes since.
 */
export function serviceHome({ root, stateDir }) {
  const key = stateDir === join(root, 'var') ? root : stateDir;
  const user = serviceUser(dataFolder(stateDir));
  const enters = can(user, 'cd "$1"', stateDir);
  if (hasData(stateDir) && !enters) {
    throw new StartError(
      `User ${user.name} runs Postgres and can no longer enter ${stateDir}, where the data is. Let others pass through the folders above it (chmod o+x), or set DATABASE_URL.`,
    );
  }
  const outside = sharedPath(key).path;
  if (hasData(stateDir) || (enters && !existsSync(dataFolder(outside)))) {
    return { user, home: stateDir };
  }
  const home = sharedFolder(key);
  return { user: serviceUser(dataFolder(home)), home };
}

/** A folder outside a closed home. Everyone may write to the place it is in, so it is checked, not assumed. */
export function sharedFolder(key) {
  const { path, uid } = sharedPath(key);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0) {
    throw new StartError(
      `${path} is not a folder that only this user can write, so it is not used. Remove it, or set CONCLAVE_STATE_DIR to a folder the service user can enter.`,
    );
  }
  chmodSync(path, 0o711);
  return path;
}

function sharedPath(key) {
  const uid = process.getuid();
  const digest = createHash('sha256').update(realpathSync(key)).digest('hex').slice(0, 12);
  return { path: join(SHARED_PLACE, `conclave-${digest}-${uid}`), uid };
}

export function ownFolder(path, mode) {
  const created = mkdirSync(path, { recursive: true, mode });
  // The umask of the shell must not decide who can enter.
  if (created !== undefined || (lstatSync(path).mode & 0o777) !== mode) chmodSync(path, mode);
  return path;
}
