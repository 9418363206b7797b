/** People who use the client library: registered and signed in over the wire, with time that the story moves. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  createClient,
  type ChannelLog,
  type Client,
  type ClientOptions,
  type Later,
  type State,
} from 'conclave/client';
import type { Message } from '../../src/contract/index.ts';
import type { World } from '../support/world.ts';

/** How long a story waits for what must happen before it fails. */
const PATIENCE_MS = 60_000;

/** Timers that fire when the story says so. */
export class HandTimers {
  readonly #waiting = new Set<{ at: number; readonly task: () => void }>();
  #now = 0;

  readonly later: Later = (milliseconds, task) => {
    const one = { at: this.#now + milliseconds, task };
    this.#waiting.add(one);
    return () => void this.#waiting.delete(one);
  };

  /** Milliseconds until each of the waiting tasks. */
  get due(): number[] {
    return [...this.#waiting].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  forward(milliseconds: number): void {
    this.#now += milliseconds;
    for (const one of [...this.#waiting])
      if (one.at <= this.#now && this.#waiting.delete(one)) one.task();
  }
}

/** How long the client waits for an answer or a connection: the server of a story may be slow. */
const PATIENCES: readonly number[] = [10_000, 15_000];

/** Real timers, of which the pauses before another attempt take a fiftieth of their time, and a tenth of a second at most. */
export const hasty: Later = (milliseconds, task) => {
  const pause = milliseconds <= 30_000 && !PATIENCES.includes(milliseconds);
  const timer = setTimeout(task, pause ? Math.min(milliseconds / 50, 100) : milliseconds);
  return () => clearTimeout(timer);
};

export interface Somebody {
  readonly client: Client;
  readonly email: string;
  readonly password: string;
}

/** Clients of one world; `end` closes them all. */
export class Clients {
  readonly #world: () => World;
  readonly #clients: Client[] = [];

  constructor(world: () => World) {
    this.#world = world;
  }

  make(options: Partial<ClientOptions> = {}): Client {
    const { url, slug, clock } = this.#world();
    const now = () => clock.now().getTime();
    const client = createClient({ url, workspace: slug, now, later: hasty, ...options });
    this.#clients.push(client);
    return client;
  }

  /** Somebody new who is signed in and online. */
  async somebody(name: string, options: Partial<ClientOptions> = {}): Promise<Somebody> {
    const client = this.make(options);
    const email = `${name.toLowerCase()}-${randomBytes(6).toString('hex')}@example.org`;
    const password = `${randomBytes(12).toString('base64url')}aA1!`;
    const registered = await client.register({ email, password, displayName: name });
    assert.ok(registered.ok, JSON.stringify(registered));
    const signedIn = await client.signIn({ email, password });
    assert.ok(signedIn.ok, JSON.stringify(signedIn));
    await reaches(client, 'online');
    return { client, email, password };
  }

  end(): void {
    for (const client of this.#clients) client.close();
  }
}

/** Resolves when the client is in that state. */
export function reaches(client: Client, is: State['is']): Promise<State> {
  return until(
    `be ${is}, not ${client.state.value.is}`,
    client.state.watch.bind(client.state),
    () => (client.state.value.is === is ? client.state.value : undefined),
  );
}

/** Resolves when the log satisfies `when`. */
export function shows(log: ChannelLog, when: (log: ChannelLog) => boolean): Promise<ChannelLog> {
  const listen = (look: () => void) => log.on('changed', look);
  return until(`show what ${when.toString()} asks for`, listen, () =>
    when(log) ? log : undefined,
  );
}

export async function opened(client: Client, id: ChannelLog['id']): Promise<ChannelLog> {
  const log = client.channel(id);
  const state = await log.ready();
  assert.equal(state.is, 'live', JSON.stringify(state));
  return log;
}

export const bodies = (log: { readonly messages: readonly Message[] }) =>
  log.messages.map(({ body }) => body);

/** A channel of the first, with the others as members. */
export async function channelOf(owner: Client, members: readonly Client[] = []) {
  const channel = await owner.callOrThrow('channel.create', { kind: 'private', name: 'A channel' });
  for (const { me } of members) {
    assert.ok(me.value);
    const { userId } = me.value;
    await owner.callOrThrow('member.add', { channelId: channel.id, userId });
  }
  return channel;
}

/** The log as the server has it, a page of history after the other. */
export async function history(client: Client, channelId: ChannelLog['id']): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const before = all[0]?.seq;
    const input = { channelId, limit: 200, ...(before !== undefined && { before }) };
    const page = await client.callOrThrow('message.history', input);
    all.unshift(...page.messages);
    if (!page.more) return all;
  }
}

export function until<T>(
  what: string,
  listen: (look: () => void) => () => void,
  find: () => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      clearTimeout(timer);
      unlisten();
      act();
    };
    const look = () => {
      const found = find();
      if (found !== undefined) finish(() => resolve(found));
    };
    const timer = setTimeout(
      () => finish(() => reject(new Error(`waited in vain to ${what}`))),
      PATIENCE_MS,
    );
    const unlisten = listen(look);
    look();
  });
}
