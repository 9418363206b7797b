/** Checks a server from where its settings are, one finding after the other; nothing is changed, and nothing need run. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { signingKeyRows, signingKeySeals } from '../../auth/index.ts';
import { isOnThisMachine } from '../../config-tls.ts';
import { KmsError, unwrapped } from '../../unwrap-root-keys.ts';
import { ConfigError, readConfig, type Config, type Environment } from '../../config.ts';
import { keyring } from '../../crypto/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { Postgres } from '../../platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../../platform/system.ts';
import { requestsWaiting } from '../../privacy/index.ts';
import { settingSources, type SettingSources, type Whereabouts } from '../server-settings.ts';
import { failed, ok, type Finding } from './finding.ts';
import { judgeNode, judgeRoom, judgeSkew, roomAt } from './machine.ts';
import {
  appliedMigrations,
  judgeMigrations,
  judgePostgres,
  postgresFacts,
  type Way,
} from './postgres.ts';
import { judgeProduction } from './production.ts';
import { judgeRedis, redisFacts } from './redis.ts';
import { judgeRequests } from './requests.ts';
import {
  hasReadablePassword,
  judgeBusKeys,
  judgeFiles,
  judgePassword,
  judgeSigningKey,
} from './secrets.ts';

export type { Finding } from './finding.ts';

export interface DiagnoseOptions extends Whereabouts {
  /** Judge by what production demands, whatever NODE_ENV is. */
  readonly production: boolean;
  /** Of the Node that runs, e.g. `20.20.2`. */
  readonly nodeVersion: string;
  readonly clock?: Clock;
}

const EMBEDDED = ['DATABASE_URL', 'DATABASE_APP_URL', 'REDIS_URL'];

/** Never throws for what is wrong with the server: that is what it finds. */
export async function* diagnose(options: DiagnoseOptions): AsyncGenerator<Finding> {
  const { root, nodeVersion, clock = systemClock } = options;
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  yield judgeNode(nodeVersion, manifest.engines.node);
  yield judgeRoom(root, await roomAt(root));
  const sources = sourcesOf(options);
  if ('verdict' in sources) {
    yield sources;
    return;
  }
  const { settings, house } = sources;
  yield* judgeFiles(settings, { root, dotenv: sources.dotenv });
  const strict = configOf(settings);
  // What only production refuses hides nothing else.
  const config = Array.isArray(strict) ? configOf({ ...settings, NODE_ENV: '' }) : strict;
  if (Array.isArray(config)) {
    yield* config;
    return;
  }
  if (!Array.isArray(strict)) yield ok('settings', 'whole');
  else if (!options.production) yield* strict;
  const production = options.production || settings['NODE_ENV'] === 'production';
  const embedded = EMBEDDED.filter((name) => house[name] !== undefined);
  if (options.production) yield* judgeProduction(settings, embedded);
  yield judgeBusKeys(config.keys.bus !== undefined, production);
  const opened = await openedConfig(config);
  if ('verdict' in opened) yield opened;
  else yield* examinedPostgres(opened, { settings, production, root, clock });
  yield* examinedRedis(config, { settings, production, clock });
}

function sourcesOf(options: Whereabouts): SettingSources | Finding {
  const advice = 'Start the server here with npm start, or set what it has set.';
  try {
    return settingSources(options) ?? failed('settings', 'none were found', advice);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return failed('settings', problem, 'Give the file to its owner alone: chmod 600.');
  }
}

function configOf(settings: Environment): Config | Finding[] {
  try {
    return readConfig(settings);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => failed('settings', 'not whole', problem));
  }
}

async function openedConfig(config: Config): Promise<Config | Finding> {
  try {
    return await unwrapped(config);
  } catch (error) {
    if (!(error instanceof KmsError)) throw error;
    return failed(
      'kms',
      error.message,
      'See that it runs, and KMS_URL, KMS_KEY and KMS_TOKEN_FILE.',
    );
  }
}

interface Scene {
  readonly settings: Environment;
  readonly production: boolean;
  readonly clock: Clock;
}

function wayTo(url: string, settings: Environment): Way {
  const isPrivate = settings['SERVICES_NETWORK'] === 'private';
  return { isOnThisMachine: isOnThisMachine(url), isPrivate };
}

/** How far a service is ahead, by the middle of the time that asking it took. */
async function timed<T extends { readonly now: number } | null>(
  clock: Clock,
  ask: () => Promise<T>,
) {
  const before = clock.monotonic();
  const began = clock.now().getTime();
  const facts = await ask();
  const roundMs = clock.monotonic() - before;
  return { facts, roundMs, offMs: facts ? facts.now - (began + roundMs / 2) : 0 };
}

async function* examinedPostgres(
  config: Config,
  { settings, production, clock, root }: Scene & { readonly root: string },
): AsyncGenerator<Finding> {
  const url = config.database.url.reveal();
  const way = wayTo(url, settings);
  yield judgePassword('postgres-password', url, true);
  if (!hasReadablePassword(url)) return;
  const postgres = new Postgres({ ...config.database, connections: 1 });
  try {
    if (!(await postgres.answers())) {
      const advice = 'See that it runs, and that the settings name it with its login and password.';
      yield failed('postgres', 'it does not answer, or does not take the login', advice);
      return;
    }
    yield ok('postgres', 'it answers');
    const { statements } = postgres;
    const { facts, roundMs, offMs } = await timed(clock, () => postgresFacts(statements));
    yield* judgePostgres(facts, { way, production });
    yield judgeSkew('postgres-clock', offMs, roundMs);
    yield await boundBy(postgres);
    const migrations = judgeMigrations(migrationsIn(root), await appliedMigrations(statements));
    yield migrations;
    if (migrations.verdict !== 'failed') {
      yield await examinedSigningKey(config, postgres, settings, clock);
      yield judgeRequests(await requestsWaiting(statements, clock.now()));
    }
  } finally {
    await postgres.close();
  }
}

async function boundBy(postgres: Postgres): Promise<Finding> {
  const check = 'postgres-login';
  try {
    await postgres.assertBound();
    return ok(check, 'it owns nothing, and row level security binds it');
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return failed(check, problem, 'Use the login that npm run migrate makes.');
  }
}

function migrationsIn(root: string): readonly string[] {
  const folder = join(root, 'prisma', 'migrations');
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

async function examinedSigningKey(
  config: Config,
  postgres: Postgres,
  settings: Environment,
  clock: Clock,
): Promise<Finding> {
  const { now, rows } = await signingKeyRows(postgres.statements).all();
  const seals = signingKeySeals(keyring(config.keys.root), systemEntropy(clock));
  const closed = rows.filter((row) => seals.open(row) === null).length;
  const newest = rows.at(-1);
  if (newest) return judgeSigningKey({ ageMs: now - newest.signsFrom, isPublished: true, closed });
  const file = settings['CONCLAVE_SIGNING_KEYS_FILE'];
  const written = file ? statSync(file, { throwIfNoEntry: false })?.mtimeMs : undefined;
  const ageMs = written === undefined ? null : clock.now().getTime() - written;
  return judgeSigningKey({ ageMs, isPublished: false, closed });
}

async function* examinedRedis(
  config: Config,
  { settings, production, clock }: Scene,
): AsyncGenerator<Finding> {
  const url = config.redis.url.reveal();
  const way = wayTo(url, settings);
  yield judgePassword('redis-password', url, !way.isOnThisMachine);
  if (!hasReadablePassword(url)) return;
  const { facts, roundMs, offMs } = await timed(clock, () => redisFacts(config.redis));
  const isEncrypted = url.startsWith('rediss:');
  yield* judgeRedis(facts, { way, production, isEncrypted, pubSub: config.pubSub });
  if (facts) yield judgeSkew('redis-clock', offMs, roundMs);
}
