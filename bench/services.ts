/** A Postgres and a Redis of this run alone, the ones that `npm start` brings up, shared by all systems in turn. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { bootstrap, type Children, type Environment } from './bootstrap.ts';

export const ROOT = join(import.meta.dirname, '..');

export interface Services {
  /** What a server is started with: addresses, secrets, and nothing of the person's own environment. */
  readonly env: Environment;
  /** Folder of this run, gone at its end. */
  readonly folder: string;
  readonly children: Children;
  readonly pids: { readonly redis: number; readonly postgres: number };
  readonly redisPort: number;
  readonly redis: Redis;
  /** Names of the programs, for the report. */
  readonly programs: { readonly redis: string; readonly postgres: string };
  readonly failed: Promise<Error>;
  /** One statement as the owner of the database. */
  query<Row extends pg.QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>;
  /** Takes away what earlier work has left to do, so that no system pays for another one. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** What a program needs to run at all; no setting of the person's own server is among it. */
const KEPT = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'USER'];

export async function startServices(signal: AbortSignal): Promise<Services> {
  const { newTestState, removeAbandonedStates } = await bootstrap('test-state');
  const { bringUp } = await bootstrap('bring-up');
  const { migrate } = await bootstrap('server');
  await refuseUnprepared();
  const { build, needsBuild } = await bootstrap('build');
  if (needsBuild(ROOT)) await build(ROOT, { say: () => undefined });
  await removeAbandonedStates();
  const folder = newTestState();
  const env = Object.fromEntries(
    KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    // Durable, as a server is: an acknowledgement that waits for no disk would cost less.
    const house = await bringUp({
      root: ROOT,
      env,
      say: () => undefined,
      stateDir: folder,
      signal,
    });
    const { postgres, redis: store } = house.services;
    const stop = async () => {
      await house.stop();
      removeFolder();
      // Where the service user could not enter the folder, the data is in a place of its own.
      if (postgres) rmSync(dirname(dirname(postgres.data)), { recursive: true, force: true });
    };
    try {
      await migrate({ root: ROOT, house, quiet: true });
      const redis = await opened(house.env['REDIS_URL'] ?? '');
      const database = new pg.Pool({ connectionString: house.env['DATABASE_URL'], max: 1 });
      database.on('error', () => undefined);
      return {
        env: house.env,
        folder,
        children: house.children,
        pids: await pidsIn(folder),
        redisPort: redis.options.port ?? 0,
        redis,
        programs: {
          redis: store?.program.split('/').at(-1) ?? '',
          postgres: `Postgres ${postgres?.version.split('-')[0] ?? ''}`,
        },
        failed: house.failed,
        async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) {
          return (await database.query<Row>(text, [...values])).rows;
        },
        async settle() {
          await database.query('VACUUM (ANALYZE)');
          // Last: what is dirty then would be written while the next one is measured.
          await database.query('CHECKPOINT');
        },
        async stop() {
          redis.disconnect();
          await database.end();
          await stop();
        },
      };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    removeFolder();
    throw error;
  }
}

async function refuseUnprepared(): Promise<void> {
  const { needsInstall } = await bootstrap('install');
  const { needsGenerate } = await bootstrap('generate');
  const { StartError } = await bootstrap('say');
  if (process.platform !== 'linux')
    throw new StartError('npm run bench reads /proc: it runs on Linux only.');
  if (needsInstall(ROOT) || needsGenerate(ROOT))
    throw new StartError('The packages are not installed as they should be: run npm test once.');
}

/** The peers know no password; whatever password is given, to this throw-away Redis it is good from now on. */
async function opened(url: string): Promise<Redis> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  await redis.call('ACL', 'SETUSER', 'default', 'nopass');
  return redis;
}

async function pidsIn(folder: string): Promise<Services['pids']> {
  const { readRecord } = await bootstrap('children');
  const running = readRecord(join(folder, 'run', 'services.json'));
  const pid = (kind: string) => {
    const found = running.find((identity) => identity.kind === kind);
    if (!found) throw new Error(`${kind} is not running`);
    return found.pid;
  };
  return { redis: pid('redis'), postgres: pid('postgres') };
}
