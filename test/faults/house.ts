/** Two nodes in processes of their own, each behind a door for clients and with ways to Postgres and Redis that can be spoiled. */
import { randomBytes, randomInt } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../scripts/migrations.ts';
import { ownDatabase } from '../architecture/own-database.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { NodeProcess, onDatabase } from '../support/node-process.ts';
import { OwnPostgres } from '../support/own-postgres.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { behind } from '../support/strangers.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

/** The machine may be slow; whoever starts or heals is waited for. */
const PATIENCE_MS = 60_000;

export type NodeName = 'A' | 'B';

/** One node and everything between it and the others. */
export class Site {
  readonly name: NodeName;
  readonly postgres: TcpProxy;
  readonly redis: TcpProxy;
  /** Where clients connect, whichever process is behind it at the moment. */
  readonly door: CutProxy;
  process: NodeProcess;
  readonly #begin: () => Promise<NodeProcess>;

  constructor(
    name: NodeName,
    ways: { postgres: TcpProxy; redis: TcpProxy; door: CutProxy },
    begin: () => Promise<NodeProcess>,
    process: NodeProcess,
  ) {
    this.name = name;
    this.postgres = ways.postgres;
    this.redis = ways.redis;
    this.door = ways.door;
    this.#begin = begin;
    this.process = process;
  }

  get url(): string {
    return this.door.url;
  }

  /** As when the power fails. */
  async kill(): Promise<void> {
    process.kill(this.process.pid, 'SIGKILL');
    await eventually(`node ${this.name} is gone`, () => !this.process.alive);
  }

  async begin(): Promise<void> {
    if (!this.process.alive) this.process = await this.#begin();
  }

  /** Undoes whatever was done to its ways. */
  heal(): void {
    this.process.thaw();
    this.door.judge = () => 'pass';
    this.door.restore();
    for (const way of [this.postgres, this.redis]) {
      way.delay(0);
      way.silence(false);
      way.cutAfter(null);
      way.thaw();
    }
  }

  async ready(): Promise<void> {
    await eventually(
      `node ${this.name} is ready`,
      async () => {
        // Each time from another address: probes are limited, too.
        const headers = behind(`10.9.${randomInt(256)}.${randomInt(1, 255)}`);
        const answer = await fetch(`${this.process.url}/readyz`, { headers }).catch(() => null);
        await answer?.body?.cancel();
        return answer?.ok ?? false;
      },
      PATIENCE_MS,
    );
  }

  async end(): Promise<void> {
    this.heal();
    if (this.process.alive) await this.process.stop();
    await Promise.all([this.door.close(), this.postgres.end(), this.redis.end()]);
  }
}

export class House {
  readonly redis: OwnRedis;
  /** Null when the run may not end Postgres: then it is shared with others. */
  readonly postgres: OwnPostgres | null;
  readonly sites: readonly [Site, Site];
  readonly database: pg.Pool;
  readonly #endServices: () => Promise<void>;

  private constructor(
    redis: OwnRedis,
    postgres: OwnPostgres | null,
    sites: readonly [Site, Site],
    database: pg.Pool,
    endServices: () => Promise<void>,
  ) {
    this.redis = redis;
    this.postgres = postgres;
    this.sites = sites;
    this.database = database;
    this.#endServices = endServices;
  }

  /** On a durable Postgres of its own, or else on a database of its own in the one that is shared. */
  static async open({ ownPostgres }: { readonly ownPostgres: boolean }): Promise<House> {
    const redis = await OwnRedis.start();
    const postgres = ownPostgres ? await OwnPostgres.start() : null;
    const own = postgres ? null : await ownDatabase();
    const url = postgres?.url ?? own?.ownerUrl ?? '';
    const password = own ? new URL(own.serverUrl).password : randomBytes(24).toString('hex');
    if (postgres) await migrate(url, password);
    const environment = { ...SETTINGS, ...onDatabase(url, password) };
    const sites: Site[] = [];
    try {
      for (const name of ['A', 'B'] as const) sites.push(await site(name, url, redis, environment));
    } catch (error) {
      await Promise.all([...sites.map((one) => one.end()), redis.end(), postgres?.end()]);
      await own?.remove();
      throw error;
    }
    const database = new pg.Pool({ connectionString: url, max: 2 });
    database.on('error', () => undefined); // it is ended on purpose
    const end = async () => {
      await redis.end();
      await postgres?.end();
      await own?.remove();
    };
    return new House(redis, postgres, sites as unknown as [Site, Site], database, end);
  }

  get urls(): readonly [string, string] {
    return [this.sites[0].url, this.sites[1].url];
  }

  /** Everything runs, and both nodes serve and hear each other. */
  async healed(): Promise<void> {
    for (const one of this.sites) one.heal();
    await Promise.all(this.sites.map((one) => one.begin()));
    await Promise.all(this.sites.map((one) => one.ready()));
    await eventually('both nodes listen to the bus', () => this.#hearing(), PATIENCE_MS);
  }

  async end(): Promise<void> {
    await Promise.all(this.sites.map((one) => one.end()));
    await this.database.end();
    await this.#endServices();
  }

  async #hearing(): Promise<boolean> {
    try {
      const channels = (await this.redis.admin.call('PUBSUB', 'SHARDCHANNELS')) as string[];
      const bus = channels.find((name) => name.endsWith('#/#'));
      if (bus === undefined) return false;
      const [, count] = (await this.redis.admin.call('PUBSUB', 'SHARDNUMSUB', bus)) as [
        string,
        number,
      ];
      return count === 2;
    } catch {
      return false;
    }
  }
}

/** Tokens that outlast the run, one issuer for both nodes, and a door that is wide: everybody comes from one address. */
const SETTINGS = {
  PUBLIC_URL: 'http://chat.example.org',
  TRUSTED_PROXIES: '127.0.0.1',
  ACCESS_TOKEN_SECONDS: '3600',
  LOG_LEVEL: 'info',
  HTTP_REQUESTS_PER_HOUR: '100000000',
  SOCKET_HANDSHAKES_PER_MINUTE: '1000000',
  SOCKETS_PER_ADDRESS: '1000000',
};

async function site(
  name: NodeName,
  databaseUrl: string,
  redisServer: OwnRedis,
  settings: Readonly<Record<string, string>>,
): Promise<Site> {
  const by = async (url: string) => {
    const through = new URL(url);
    const proxy = await TcpProxy.to(Number(through.port), through.hostname);
    through.hostname = '127.0.0.1';
    through.port = String(proxy.port);
    return { proxy, url: through.href };
  };
  const postgres = await by(databaseUrl);
  const redis = await by(redisServer.url);
  const environment = { ...settings, DATABASE_URL: postgres.url, REDIS_URL: redis.url };
  const begin = () => NodeProcess.start(environment);
  const running = await begin();
  const door = await CutProxy.before(() => Number(new URL(made.process.url).port));
  const ways = { postgres: postgres.proxy, redis: redis.proxy, door };
  const made: Site = new Site(name, ways, begin, running);
  return made;
}
