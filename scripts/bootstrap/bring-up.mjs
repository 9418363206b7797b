/** Either every service the server needs is up, or nothing of what was started is left. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { endOrphans, openChildren, readRecord } from './children.mjs';
import { recordHouse } from './join.mjs';
import { tryLock } from './lock.mjs';
import { dataFolder, hasData, openState, ownFolder, serviceHome, stateFolder } from './paths.mjs';
import { postgresBinaries } from './postgres-binaries.mjs';
import { ensureData } from './postgres-data.mjs';
import { startPostgres } from './postgres.mjs';
import { startRedis } from './redis.mjs';
import { Interrupted, StartError } from './say.mjs';
import { ensureSecrets, postgresPassword } from './secrets.mjs';

/**
 * `durable: false` trades the safety of the data for speed, and removes it at the end. `prepare` runs once the
 * folder is ours and before any service is started. `signal` asks to give up.
 */
export async function bringUp({ root, env, say, durable = true, stateDir, prepare, signal }) {
  refuseIncompleteProduction(env);
  const folders = openState(stateDir ?? stateFolder(root, env));
  const lock = takeStartLock(join(folders.run, 'start.json'));
  const record = join(folders.run, 'services.json');
  const children = openChildren(record, signal);
  const outside = new Set();
  let stopped;
  let forgetHouse;
  const stop = () => {
    forgetHouse?.();
    return (stopped ??= finish({ children, durable, outside, lock }));
  };
  try {
    const earlier = readRecord(record);
    const orphans = await endOrphans(record);
    if (orphans.length > 0) {
      const kinds = orphans.map(({ kind }) => kind).join(' and ');
      say(`Ended ${kinds}, left behind by a start that was killed.`);
    }
    await prepare?.(children);
    const context = { root, env, say, durable, folders, children, signal, outside, earlier };
    const { added, services } = await startServices(context);
    if (durable) services.mail = outbox({ env, folders, added });
    ledger({ env, folders, added });
    if (durable && env.NODE_ENV !== 'production' && !given(env, 'EXPORT_DIR'))
      added.EXPORT_DIR = ownFolder(join(folders.state, 'exports'), 0o700);
    forgetHouse = recordHouse(folders.run, { env, added });
    return { env: { ...env, ...added }, services, children, failed: children.failed, stop };
  } catch (error) {
    await stop();
    throw signal?.aborted ? new Interrupted() : error;
  }
}

export function refuseIncompleteProduction(env) {
  if (env.NODE_ENV !== 'production') return;
  const missing = ['DATABASE_URL', 'REDIS_URL'].filter((name) => !given(env, name));
  if (missing.length === 0) return;
  const names = missing.join(' and ');
  throw new StartError(
    `With NODE_ENV=production, ${names} must be set: the embedded services are for trying Conclave out.`,
  );
}

/** Set as it is, or by a file that the server reads. */
function given(env, name) {
  return Boolean(env[name] || env[`${name}_FILE`]);
}

async function startServices(context) {
  const { root, env, say, durable, folders, children, signal, outside, earlier } = context;
  const DATABASE_URL = given(env, 'DATABASE_URL');
  const REDIS_URL = given(env, 'REDIS_URL');
  const added = {};
  const services = {};
  if (DATABASE_URL && REDIS_URL) {
    return { added: ownSecrets({ env, folders }), services };
  }
  const { user, home } = serviceHome({ root, stateDir: folders.state });
  if (home !== folders.state) outside.add(home);
  const common = { home, user, env, folders, children, signal };
  const dataExists = !DATABASE_URL && hasData(home) ? dataFolder(home) : undefined;
  Object.assign(added, ownSecrets({ env, folders, dataExists }));
  if (!DATABASE_URL) {
    const binaries = postgresBinaries({ root, user });
    const password = postgresPassword(folders.secrets);
    const run = children.run;
    if (!dataExists) say('Creating the database …');
    await ensureData({ home, binaries, user, password, durable, run });
    const postgres = await startPostgres({ ...common, binaries, password, durable, earlier });
    added.DATABASE_URL = postgres.url;
    services.postgres = { version: binaries.version, data: postgres.data, port: postgres.port };
  }
  if (!REDIS_URL) {
    const redis = await startRedis(common);
    added.REDIS_URL = redis.url;
    services.redis = redis;
  }
  return { added, services };
}

/** Beside the database and not in it; in production the person who runs it says where. */
function ledger({ env, folders, added }) {
  if (env.NODE_ENV === 'production' || given(env, 'ERASURE_LEDGER_FILE')) return;
  added.ERASURE_LEDGER_FILE = join(folders.state, 'erasure-ledger.jsonl');
}

/** Mails go to files where no mail server is set; in production only where the person who runs it says so. */
function outbox({ env, folders, added }) {
  if (env.NODE_ENV === 'production' || given(env, 'SMTP_URL')) return undefined;
  const folder = env.MAIL_OUTBOX || ownFolder(join(folders.state, 'mail'), 0o700);
  added.MAIL_OUTBOX = folder;
  return { folder };
}

/** In production every secret is given by the person who runs it, and its absence is the server's to refuse. */
function ownSecrets({ env, folders, dataExists }) {
  if (env.NODE_ENV === 'production') return {};
  return ensureSecrets({ folder: folders.secrets, env, dataExists });
}

function takeStartLock(path) {
  const { release, holder } = tryLock(path);
  if (holder) {
    throw new StartError(
      `Conclave is already running in this folder (pid ${holder.pid}). Stop it first, or start from another clone.`,
    );
  }
  return { release };
}

async function finish({ children, durable, outside, lock }) {
  await children.stop();
  if (!durable) {
    for (const home of outside) rmSync(home, { recursive: true, force: true });
  }
  lock.release();
}
