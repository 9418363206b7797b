/** Three people in a channel, one of whom misbehaves; whatever she sends, the other two must not be able to tell. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelId } from '../../src/contract/index.ts';
import type { Connection } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { World, type WorldOptions } from '../support/world.ts';

/** What a conversation is made of. A refusal may leave a row in the audit log and nowhere else. */
const TABLES = ['account', 'session', 'channel', 'membership', 'message', 'data_key'] as const;

export class Scene {
  readonly world: World;
  readonly alice: Person;
  readonly bob: Person;
  readonly mallory: Person;
  readonly channelId: ChannelId;
  readonly #raw: RawSocket[] = [];

  private constructor(world: World, people: [Person, Person, Person], channelId: ChannelId) {
    this.world = world;
    [this.alice, this.bob, this.mallory] = people;
    this.channelId = channelId;
  }

  static async open(options: WorldOptions = {}): Promise<Scene> {
    const world = await World.create(options);
    const alice = await world.person('Alice');
    const bob = await world.person('Bob');
    const mallory = await world.person('Mallory');
    const { id } = await world.channel(alice, [bob, mallory]);
    for (const person of [alice, bob, mallory])
      await person.send(id, `I am ${person.displayName}`, world.clientId()).accepted();
    return new Scene(world, [alice, bob, mallory], id);
  }

  /** Mallory's connection, a new one when the last was closed. */
  async line(): Promise<Connection> {
    const { mallory } = this;
    return mallory.connection.socket.connected ? mallory.connection : mallory.connect();
  }

  /** A connection of Mallory's that minds no rule. */
  async rawLine(): Promise<RawSocket> {
    return this.keep(await RawSocket.signedIn(this.world.url, this.mallory.accessToken));
  }

  /** Cut off at the end, if it is still there. */
  keep(raw: RawSocket): RawSocket {
    this.#raw.push(raw);
    return raw;
  }

  /**
   * Does it, then proves that it did nothing: no row changed, nobody heard of it, the prototype of all objects is
   * what it was, and the next message of somebody else arrives like any other.
   */
  async unharmed(act: () => Promise<unknown>): Promise<void> {
    const { bob, alice, world, channelId } = this;
    const before = await this.#rows();
    await bob.connection.settled();
    const heard = bob.connection.heard.length;
    const prototype = Object.getOwnPropertyNames(Object.prototype);
    await act();
    assert.deepEqual(await this.#rows(), before, 'a row changed');
    assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), prototype);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    const marker = randomUUID();
    await alice.send(channelId, marker, world.clientId()).accepted();
    await bob.hearsMessage(({ body }) => body === marker);
    // Heads come every ten seconds whatever was done, and say only how far the log reaches.
    const since = bob.connection.heard
      .slice(heard)
      .filter(({ event }) => event !== 'channel.heads');
    assert.equal(since.length, 1, `somebody else heard: ${JSON.stringify(since)}`);
  }

  /** Count and digest of every table, as the database's owner sees this workspace. */
  async #rows(): Promise<Record<string, unknown>> {
    const client = await this.world.database.connect();
    try {
      await client.query('BEGIN READ ONLY');
      const { workspaceId } = this.world;
      await client.query(`SELECT set_config('app.workspace', $1, true)`, [workspaceId]);
      const all: Record<string, unknown> = {};
      for (const table of TABLES) {
        const { rows } = await client.query<{ count: string; digest: string }>(
          `SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest
             FROM ${table} t WHERE workspace_id = $1`,
          [workspaceId],
        );
        all[table] = rows[0];
      }
      return all;
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  async end(): Promise<void> {
    for (const raw of this.#raw) raw.destroy();
    await this.world.end();
  }
}
