/** Two nodes on the same stores, with people on either: real sockets, real Postgres, real Redis, real time. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { v7 } from 'uuid';
import { createApp, type App } from '../../src/app.ts';
import { readConfig, type Environment } from '../../src/config.ts';
import type {
  Channel,
  ChannelId,
  ClientId,
  WorkspaceId,
  WorkspaceRole,
} from '../../src/contract/index.ts';
import { createLog } from '../../src/platform/log.ts';
import { eventually } from './bootstrap-clone.ts';
import { channelWith } from './channel-with.ts';
import type { Connection } from './connection.ts';
import { Person } from './person.ts';
import { ROOMY, UNLIMITED } from './world.ts';

export interface Node {
  readonly app: App;
  readonly url: string;
  readonly logged: string[];
}

export interface TwoNodesOptions {
  readonly environment?: Environment;
  /** What only the second node has otherwise, such as another way to Postgres. */
  readonly second?: Environment;
}

export class TwoNodes {
  readonly a: Node;
  readonly b: Node;
  readonly workspaceId: WorkspaceId;
  readonly slug: string;
  readonly #people: Person[] = [];

  private constructor(a: Node, b: Node, workspaceId: WorkspaceId, slug: string) {
    this.a = a;
    this.b = b;
    this.workspaceId = workspaceId;
    this.slug = slug;
  }

  static async create({ environment = {}, second = {} }: TwoNodesOptions = {}): Promise<TwoNodes> {
    const a = await startNode(environment);
    const b = await startNode({ ...environment, ...second });
    const slug = `n${v7().replaceAll('-', '').slice(0, 20)}${Math.floor(Math.random() * 1e6)}`;
    const id = await a.app.auth.createWorkspace({ slug, name: 'Two nodes' });
    const nodes = new TwoNodes(a, b, id, slug);
    await nodes.connected();
    return nodes;
  }

  /** Resolves when both nodes hear each other. */
  async connected(): Promise<void> {
    await eventually('both nodes listen to the bus', () =>
      [this.a, this.b].every(({ app }) => app.bus.subscriber.listening),
    );
  }

  /** Somebody with an account and a live connection to that node. */
  async person(
    displayName: string,
    node: { readonly url: string },
    role: WorkspaceRole = 'user',
  ): Promise<Person> {
    const minted = await this.a.app.auth.mintSession(this.workspaceId, { displayName, role });
    const person = new Person(node.url, displayName, minted);
    this.#people.push(person);
    await person.connect();
    return person;
  }

  /** A channel of the first person, with the others added as members and everybody subscribed. */
  channel(owner: Person, ...members: readonly Person[]): Promise<Channel> {
    return channelWith(owner, members);
  }

  async end(): Promise<void> {
    for (const person of this.#people) person.leave();
    await Promise.all([this.a.app.stop(), this.b.app.stop()]);
  }
}

export const clientId = (): ClientId => v7() as ClientId;

/** The bodies that arrived on this connection, in the order in which they arrived. */
export function bodies(connection: Connection): (string | null)[] {
  return connection.events().flatMap((e) => (e.kind === 'message' ? [e.message.body] : []));
}

/** Demands that every frame of the channel begins where the last one ended: no client would have to resume. */
export function assertNoGap(connection: Connection, channelId: ChannelId): void {
  const frames = connection.frames().filter((frame) => frame.channelId === channelId);
  for (const [i, { prev }] of frames.entries())
    if (i > 0) assert.equal(prev, frames[i - 1]?.last, `frame ${i} leaves a gap`);
}

/** One node, which whoever starts it has to stop. */
export async function startNode(environment: Environment): Promise<Node> {
  const logged: string[] = [];
  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      logged.push(line.toString());
      done();
    },
  });
  const config = readConfig({ ...process.env, ...ROOMY, ...environment });
  const log = createLog(environment['LOG_LEVEL'] ?? 'info', stream);
  const app = createApp({ config, log, limits: UNLIMITED });
  await app.start();
  return { app, url: `http://127.0.0.1:${app.port()}`, logged };
}
