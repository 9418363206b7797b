/** People before screens: each with an account, a client and a terminal of their own, in one world. */
import assert from 'node:assert/strict';
import {
  memoryStorage,
  type Channel,
  type ChannelId,
  type Client,
  type ClientOptions,
  type UserId,
} from 'conclave/client';
import { openScreen } from '../../../src/cli/screen/index.ts';
import type { ReadMarks, ScreenEnd } from '../../../src/cli/screen-port.ts';
import type { HistoryPolicy, WorkspaceRole } from '../../../src/contract/index.ts';
import { Clients, reaches } from '../../client/support.ts';
import { World, type WorldOptions } from '../../support/world.ts';
import { TestTerminal } from './test-terminal.ts';

export interface Somebody {
  readonly name: string;
  readonly userId: UserId;
  readonly email: string;
  readonly client: Client;
}

export interface Seated extends Somebody {
  readonly terminal: TestTerminal;
  /** Up to where each channel was read. */
  readonly marks: Map<ChannelId, number>;
  /** How it ended, once it has. */
  readonly ended: Promise<ScreenEnd>;
}

export interface Seat {
  readonly columns?: number;
  readonly rows?: number;
  readonly colour?: boolean;
  readonly marks?: Map<ChannelId, number>;
}

/** How long an access token lives by default. */
const TOKEN_MS = 15 * 60_000;

/** A world in which people sit before screens; `end` makes them leave. */
export class Screens {
  readonly world: World;
  readonly clients: Clients;
  readonly #open = new Set<Promise<ScreenEnd>>();
  readonly #terminals = new Set<TestTerminal>();

  private constructor(world: World) {
    this.world = world;
    this.clients = new Clients(() => world);
  }

  static async create(options?: WorldOptions): Promise<Screens> {
    return new Screens(await World.create(options));
  }

  /** Somebody new who is online, signed in without a password. */
  async somebody(
    name: string,
    { role = 'user', ...options }: Partial<ClientOptions> & { role?: WorkspaceRole } = {},
  ): Promise<Somebody> {
    const { app, workspaceId, clock } = this.world;
    const email = `${name.toLowerCase().replaceAll(/\W/g, '')}@example.org`;
    const minted = await app.auth.mintSession(workspaceId, { displayName: name, email, role });
    const expiresAt = clock.now().getTime() + TOKEN_MS;
    const tokens = memoryStorage(); // as it is after an earlier visit
    const session = { ...minted, workspaceId, expiresAt, nonce: null, ahead: 0 };
    await tokens.write('session', JSON.stringify(session));
    const client = this.clients.make({ ...options, tokens });
    await client.connect();
    await reaches(client, 'online');
    return { name, email, userId: minted.userId, client };
  }

  /** Opens a screen for somebody. */
  open(person: Somebody, seat: Seat = {}): Seated {
    const { columns, rows, colour = true, marks = new Map<ChannelId, number>() } = seat;
    const terminal = new TestTerminal(columns, rows);
    const { clock } = this.world;
    const ended = openScreen({
      client: person.client,
      me: { userId: person.userId, displayName: person.name },
      server: 'chat.example.org',
      marks: marksOn(marks),
      stdin: terminal.stdin,
      stdout: terminal.stdout,
      colour,
      now: () => clock.now().getTime(),
    });
    ended.catch((error: unknown) => terminal.fail(error));
    this.#open.add(ended);
    this.#terminals.add(terminal);
    return { ...person, terminal, marks, ended };
  }

  async end(): Promise<void> {
    for (const terminal of this.#terminals) terminal.hangUp();
    await Promise.allSettled(this.#open);
    for (const terminal of this.#terminals) terminal.end();
    this.clients.end();
    await this.world.end();
  }
}

function marksOn(marks: Map<ChannelId, number>): ReadMarks {
  return {
    read: (id) => marks.get(id) ?? 0,
    write: (id, seq) => void marks.set(id, seq),
  };
}

export interface Making {
  readonly kind?: 'public' | 'private';
  readonly historyPolicy?: HistoryPolicy;
}

/** A channel of the first, with the others in it. */
export async function channelWith(
  owner: Somebody,
  others: readonly Somebody[],
  name: string,
  { kind = 'private', ...making }: Making = {},
): Promise<Channel> {
  const channel = await owner.client.callOrThrow('channel.create', { kind, name, ...making });
  for (const { userId } of others)
    await owner.client.callOrThrow('member.add', { channelId: channel.id, userId });
  return channel;
}

/** Says something without a screen, and resolves when all of it is stored. */
export async function say({ client }: Somebody, id: ChannelId, ...bodies: string[]): Promise<void> {
  const log = client.channel(id);
  const entries = await Promise.all(bodies.map((body) => log.send(body)));
  for (const entry of entries) assert.equal((await entry.settled()).is, 'sent');
}
