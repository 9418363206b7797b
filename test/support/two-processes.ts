/** Two nodes in processes of their own and a Redis that belongs to them, with people who came in by the front door. */
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client } from 'conclave/client';
import type { Environment } from '../../src/config.ts';
import type { Channel, UserId } from '../../src/contract/index.ts';
import type { MintedSession } from '../../src/auth/index.ts';
import { eventually } from './bootstrap-clone.ts';
import { channelWith } from './channel-with.ts';
import { NodeProcess } from './node-process.ts';
import { OwnRedis } from './own-redis.ts';
import { Person } from './person.ts';
import { behind } from './strangers.ts';

export interface TwoProcessesOptions {
  readonly environment?: Environment;
  /** What stands between the nodes and Redis, or listens beside them, from before they start until they have ended. */
  readonly beside?: (redis: OwnRedis) => Promise<Beside>;
  /** What is loaded before the second node. */
  readonly modules?: readonly string[];
}

export interface Beside {
  /** Under which the nodes reach Redis. */
  readonly url: string;
  readonly end: () => Promise<void> | void;
}

/** Who somebody is, to whoever wants to come back. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Where they come from, as the proxy says: the limits of the door and of passwords count by it. */
  readonly address: string;
}

/** Where a new server puts everybody. */
export const WORKSPACE = 'main';

export class TwoProcesses {
  readonly redis: OwnRedis;
  readonly a: NodeProcess;
  readonly b: NodeProcess;
  readonly #people: Person[] = [];
  readonly #clients: Client[] = [];

  readonly #beside: Beside | undefined;

  private constructor(redis: OwnRedis, nodes: readonly NodeProcess[], beside: Beside | undefined) {
    const [a, b] = nodes;
    if (!a || !b) throw new Error('two nodes were asked for');
    this.redis = redis;
    this.a = a;
    this.b = b;
    this.#beside = beside;
  }

  static async start(options: TwoProcessesOptions = {}): Promise<TwoProcesses> {
    const redis = await OwnRedis.start();
    const beside = await options.beside?.(redis);
    const shared: Environment = {
      REDIS_URL: beside?.url ?? redis.url,
      // Tokens name their issuer: both are one server, on whatever port each of them listens.
      PUBLIC_URL: 'http://chat.example.org',
      TRUSTED_PROXIES: '127.0.0.1',
      ...options.environment,
    };
    const starts = [undefined, options.modules].map((modules) =>
      NodeProcess.start(shared, modules),
    );
    try {
      const nodes = new TwoProcesses(redis, await Promise.all(starts), beside);
      await nodes.connected();
      return nodes;
    } catch (error) {
      for (const start of await Promise.allSettled(starts))
        if (start.status === 'fulfilled') await start.value.stop();
      await beside?.end();
      await redis.end();
      throw error;
    }
  }

  get nodes(): readonly [NodeProcess, NodeProcess] {
    return [this.a, this.b];
  }

  /** The Redis channel on which the nodes hear each other. */
  async busChannel(): Promise<string> {
    const channels = (await this.redis.admin.call('PUBSUB', 'SHARDCHANNELS')) as string[];
    return channels.find((name) => name.endsWith('#/#')) ?? '';
  }

  /** Resolves when both nodes hear each other. */
  async connected(): Promise<void> {
    await eventually('both nodes listen to the bus', async () => {
      const channel = await this.busChannel().catch(() => '');
      if (channel === '') return false;
      const [, listeners] = (await this.redis.admin.call('PUBSUB', 'SHARDNUMSUB', channel)) as [
        string,
        number,
      ];
      return listeners === 2;
    });
  }

  /** Registers somebody new over HTTP, from an address of their own. */
  register(name: string, node: NodeProcess, invitation?: string) {
    return register(name, node, invitation);
  }

  /** Somebody new, signed in and connected to that node over a plain socket. */
  async person(name: string, node: NodeProcess, invitation?: string): Promise<Person> {
    const credentials = await this.register(name, node, invitation);
    const person = new Person(node.url, name, await signIn(node, credentials));
    this.#people.push(person);
    await person.connect();
    return person;
  }

  /** Somebody new who uses the client library, online on that node. */
  async client(name: string, node: NodeProcess): Promise<Client> {
    const { email, password, address } = await this.register(name, node);
    const client = createClient({
      url: node.url,
      workspace: WORKSPACE,
      keepMessages: 100_000,
      fetch: (url, init) =>
        fetch(url, { ...init, headers: { ...init.headers, ...behind(address) } }),
    });
    this.#clients.push(client);
    let signedIn = await client.signIn({ email, password });
    for (let attempt = 1; !signedIn.ok && isBusy(signedIn.refusal.code, attempt); attempt += 1) {
      await pause(BUSY_MS);
      signedIn = await client.signIn({ email, password });
    }
    assert.ok(signedIn.ok, JSON.stringify(signedIn));
    await eventually(`${name} is online`, () => client.state.value.is === 'online');
    return client;
  }

  /** As many as asked for, every other one on node A, a few at a time. */
  async clients(name: string, count: number): Promise<Client[]> {
    const made: Client[] = [];
    const next = async (): Promise<void> => {
      for (let i = made.length; i < count; i = made.length) {
        const place = made.push(null as never) - 1;
        made[place] = await this.client(name, this.nodes[place % 2 === 0 ? 0 : 1]);
      }
    };
    await Promise.all(Array.from({ length: 6 }, next));
    return made;
  }

  /** A channel of the first person, with the others added as members and everybody subscribed. */
  channel(owner: Person, ...members: readonly Person[]): Promise<Channel> {
    return channelWith(owner, members);
  }

  /** Ends everything; demands that the nodes lived until then and ended well. */
  async end(): Promise<void> {
    for (const client of this.#clients) client.close();
    for (const person of this.#people) person.leave();
    const lived = this.nodes.map(({ alive }) => alive);
    const codes = await Promise.all(this.nodes.map((node) => node.stop()));
    await this.#beside?.end();
    await this.redis.end();
    assert.deepEqual(
      [lived, codes],
      [
        [true, true],
        [0, 0],
      ],
      'the nodes live, and end well',
    );
  }
}

/** Registers somebody new over HTTP, from an address of their own. */
export async function register(
  name: string,
  node: { readonly url: string },
  invitation?: string,
): Promise<Credentials & { displayName: string }> {
  const email = `${name.toLowerCase().replaceAll(/[^a-z]/g, '')}-${randomBytes(6).toString('hex')}@example.org`;
  const password = `${randomBytes(12).toString('base64url')}aA1!`;
  const address = someAddress();
  const body = { workspace: WORKSPACE, email, password, displayName: name, invitation };
  await post(`${node.url}/v1/accounts`, address, body);
  return { email, password, address, displayName: name };
}

/** Signs in over HTTP, and gives what the server granted. */
export function signIn(
  node: { readonly url: string },
  { email, password, address }: Credentials,
): Promise<MintedSession> {
  const body = { workspace: WORKSPACE, email, password };
  return post(`${node.url}/v1/sessions`, address, body) as Promise<MintedSession>;
}

/** The code with which a sign-in was refused; null when it was not. */
export async function signInRefusal(node: NodeProcess, credentials: Credentials) {
  try {
    await signIn(node, credentials);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

export function userIdOf({ me }: Client): UserId {
  assert.ok(me.value);
  return me.value.userId;
}

/** Addresses of a private network, so many that no two people of a run are likely to share one. */
function someAddress(): string {
  return `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/** How often and at what distance a server is asked again that has too much to do at the moment. */
const ATTEMPTS = 10;
const BUSY_MS = 500;
const BUSY: ReadonlySet<string> = new Set(['overloaded', 'unavailable', 'outcome_unknown']);
const isBusy = (code: string, attempt: number) => BUSY.has(code) && attempt < ATTEMPTS;

async function post(url: string, address: string, body: object): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...behind(address) },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { readonly code?: string };
    if (response.ok) return answer;
    const { code = String(response.status) } = answer;
    if (!isBusy(code, attempt)) throw new Error(code);
    await pause(BUSY_MS);
  }
}
