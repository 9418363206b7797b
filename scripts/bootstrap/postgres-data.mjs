/** A data folder is either complete or not there; one we did not make, or cannot read, is never touched. */
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { dataFolder, hasData, ownFolder } from './paths.mjs';
import { diskFull, StartError } from './say.mjs';
import { ids } from './service-user.mjs';

export const OWNER = 'conclave_owner';
export const DATABASE = 'conclave';

// Names of locales differ from system to system; this one is built into Postgres and is the same everywhere.
const INITDB = [
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth-local=reject',
  '--auth-host=scram-sha-256',
  `--username=${OWNER}`,
  '--no-instructions',
];

export async function ensureData({ home, binaries, user, password, durable, run }) {
  // The folder around the data stays ours, so the service user cannot put links in our way.
  const around = ownFolder(join(home, 'postgres'), user === undefined ? 0o700 : 0o711);
  removeUnfinished(around);
  const postgres = postgresOn({ binaries, user, run });
  if (!hasData(home)) {
    await create({ around, binaries, user, password, durable, run, postgres });
    return;
  }
  refuseOtherVersion(dataFolder(home), binaries);
  // The password file was lost, not the data: only its owner can get here, so a new one is set.
  if (password.created) await postgres.single(dataFolder(home), setPassword(password.value));
}

async function create({ around, binaries, user, password, durable, run, postgres }) {
  const name = randomBytes(4).toString('hex');
  const unfinished = join(around, `unfinished-${name}`);
  const passwordFile = join(around, `unfinished-${name}.password`);
  try {
    mkdirSync(unfinished, { mode: 0o700 });
    writeFileSync(passwordFile, `${password.value}\n`, { mode: 0o600, flag: 'wx' });
    if (user) for (const path of [unfinished, passwordFile]) chownSync(path, user.uid, user.gid);
    const args = ['-D', unfinished, `--pwfile=${passwordFile}`, ...INITDB];
    if (!durable) args.push('--no-sync');
    const { code, output } = await run('initdb', join(binaries.native, 'bin', 'initdb'), args, {
      ...serviceOptions(user),
    });
    if (code !== 0) throw failed('initdb', unfinished, output);
    await postgres.single(unfinished, `CREATE DATABASE ${DATABASE};`);
    renameSync(unfinished, join(around, 'data'));
    if (durable) syncFolder(around);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(unfinished, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Postgres without a network, for what has to be done before anyone can connect. */
function postgresOn({ binaries, user, run }) {
  return {
    async single(folder, statement) {
      const { code, output } = await run(
        'initdb',
        join(binaries.native, 'bin', 'postgres'),
        ['--single', '-D', folder, 'postgres'],
        { ...serviceOptions(user), input: `${statement}\n` },
      );
      // A statement that fails does not change the exit code.
      if (code !== 0 || /\b(ERROR|FATAL|PANIC):/.test(output))
        throw failed('Postgres', folder, output);
    },
  };
}

/** Nothing of our own environment is the business of a service. */
export function serviceOptions(user) {
  return { ...ids(user), cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } };
}

function setPassword(value) {
  return `ALTER ROLE ${OWNER} PASSWORD '${value}';`;
}

function removeUnfinished(around) {
  for (const name of readdirSync(around)) {
    if (!name.startsWith('unfinished-')) continue;
    rmSync(join(around, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function refuseOtherVersion(folder, { major }) {
  const file = join(folder, 'PG_VERSION');
  if (!existsSync(file)) {
    throw new StartError(
      `${folder} is not empty and is not a Postgres data folder. It was not touched; move it away and start again.`,
    );
  }
  const found = readFileSync(file, 'utf8').trim();
  if (found === major) return;
  throw new StartError(
    `The data in ${folder} was made by PostgreSQL ${found}; this version brings PostgreSQL ${major}. It was not touched: move the folder away to start from nothing, or set DATABASE_URL to a PostgreSQL ${found} that serves it.`,
  );
}

function failed(program, folder, output) {
  if (/No space left on device|quota exceeded/i.test(output)) return diskFull(folder);
  const reason = output.trim().split('\n').slice(-5).join('\n');
  return new StartError(`${program} could not prepare ${folder}:\n${reason}`);
}

function syncFolder(path) {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}
