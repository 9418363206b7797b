/** A running node with a workspace of its own, and people in it: real sockets, real Postgres, real Redis. */
import { Writable } from 'node:stream';
import pg from 'pg';
import { v7 } from 'uuid';
import { createApp, type App } from '../../src/app.ts';
import { readConfig, type Environment } from '../../src/config.ts';
import type { Channel, ClientId, WorkspaceId, WorkspaceRole } from '../../src/contract/index.ts';
import { LIMIT_TABLE, type LimitTable } from '../../src/limits/index.ts';
import { createLog } from '../../src/platform/log.ts';
import { channelWith, type ChannelSettings } from './channel-with.ts';
import { HandClock } from './hand-clock.ts';
import { Person } from './person.ts';

/** Stories are not about limits, unless they say so. */
export const UNLIMITED = Object.fromEntries(
  Object.entries(LIMIT_TABLE).map(([name, { windows, ...row }]) => [
    name,
    { ...row, windows: windows.map((window) => ({ ...window, calls: 1_000_000_000 })) },
  ]),
) as unknown as LimitTable;

/** A free port, cheap hashes, and a door that is wide open: all the stories come from one address. */
export const ROOMY = {
  PORT: '0',
  BCRYPT_COST: '4',
  HTTP_REQUESTS_PER_HOUR: '100000000',
  SOCKET_HANDSHAKES_PER_MINUTE: '1000000',
  SOCKETS_PER_ADDRESS: '1000000',
  SOCKET_FRAMES_BURST: '100000000',
};

export interface WorldOptions {
  readonly limits?: LimitTable;
  readonly environment?: Environment;
}

export class World {
  readonly app: App;
  readonly clock: HandClock;
  readonly workspaceId: WorkspaceId;
  readonly slug: string;
  /** Every line that the node logged. */
  readonly logged: string[];
  readonly #people: Person[] = [];
  #births: Promise<unknown> = Promise.resolve();
  #owner: pg.Pool | null = null;

  private constructor(
    app: App,
    clock: HandClock,
    workspace: { id: WorkspaceId; slug: string },
    logged: string[],
  ) {
    this.app = app;
    this.clock = clock;
    this.workspaceId = workspace.id;
    this.slug = workspace.slug;
    this.logged = logged;
  }

  static async create({ limits = UNLIMITED, environment = {} }: WorldOptions = {}): Promise<World> {
    const logged: string[] = [];
    const stream = new Writable({
      write(line: Buffer, _encoding, done) {
        logged.push(line.toString());
        done();
      },
    });
    const clock = new HandClock();
    const config = readConfig({ ...process.env, ...ROOMY, ...environment });
    const log = createLog(environment['LOG_LEVEL'] ?? 'info', stream);
    const app = createApp({ config, log, clock, limits });
    await app.start();
    const slug = `w${v7().replaceAll('-', '').slice(0, 20)}${Math.floor(Math.random() * 1e6)}`;
    const id = await app.auth.createWorkspace({ slug, name: 'A workspace' });
    return new World(app, clock, { id, slug }, logged);
  }

  get url(): string {
    return `http://127.0.0.1:${this.app.port()}`;
  }

  /** Somebody with an account and a live connection, signed in without a password. */
  async person(
    displayName: string,
    {
      role = 'user',
      workspaceId = this.workspaceId,
    }: { role?: WorkspaceRole; workspaceId?: WorkspaceId } = {},
  ): Promise<Person> {
    // One after the other: a crowd that is born at once would wait for connections to the database, or in vain.
    const birth = this.#births.then(() =>
      this.app.auth.mintSession(workspaceId, { displayName, role }),
    );
    this.#births = birth.catch(() => undefined);
    const minted = await birth;
    const person = new Person(this.url, displayName, minted);
    this.#people.push(person);
    await person.connect();
    return person;
  }

  /** Another workspace on the same server. */
  async anotherWorkspace(): Promise<WorkspaceId> {
    const slug = `x${v7().replaceAll('-', '').slice(0, 20)}${Math.floor(Math.random() * 1e6)}`;
    return this.app.auth.createWorkspace({ slug, name: 'Another workspace' });
  }

  /** A fresh id for a send, of the time that the world's clock shows. */
  clientId(): ClientId {
    return v7({ msecs: this.clock.now().getTime() }) as ClientId;
  }

  /** A channel of the first person, with the others added as members and everybody subscribed. */
  channel(
    owner: Person,
    members: readonly Person[] = [],
    settings: ChannelSettings = {},
  ): Promise<Channel> {
    return channelWith(owner, members, settings);
  }

  /** The database as its owner sees it: row level security still applies where it is FORCEd. */
  get database(): pg.Pool {
    const url = process.env['DATABASE_URL'];
    if (url === undefined) throw new Error('DATABASE_URL is not set: run the tests with npm test');
    return (this.#owner ??= new pg.Pool({ connectionString: url, max: 2 }));
  }

  async end(): Promise<void> {
    for (const person of this.#people) person.leave();
    await this.app.stop();
    await this.#owner?.end();
  }
}
