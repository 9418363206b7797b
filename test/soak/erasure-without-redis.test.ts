/** An erasure is felt on both nodes, by whoever reads and by whoever is erased: at once with Redis, and in time without it. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChannelId } from 'conclave/client';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import type { NodeProcess } from '../support/node-process.ts';
import { Person } from '../support/person.ts';
import { clientId } from '../support/two-nodes.ts';
import {
  signIn,
  signInRefusal,
  type Credentials,
  type TwoProcesses,
} from '../support/two-processes.ts';
import {
  BOUND_MS,
  BOUND_WITHOUT_REDIS_MS,
  nodesThatMayBeCutOff,
  type CutOffNodes,
} from './support/cut-off-redis.ts';
import { Witness } from './support/witness.ts';

const LOOK_MS = 20;
const TEXTS = 5;

interface Erased {
  readonly person: Person;
  readonly credentials: Credentials;
  /** On node A and on node B. */
  readonly sockets: readonly Witness[];
}

describe('soak: an erasure on two nodes', function () {
  this.timeout(120_000);
  let database: OwnDatabase;
  let nodes: TwoProcesses;
  let withRedisCutOff: CutOffNodes['withRedisCutOff'];
  /** One on each node, who hold the keys of what they read in the memory of theirs. */
  let readers: readonly Person[];
  let id: ChannelId;
  before(async () => {
    database = await ownDatabase();
    const environment = { ERASURE_GRACE_DAYS: '0', DATABASE_APP_URL: database.serverUrl };
    ({ nodes, withRedisCutOff } = await nodesThatMayBeCutOff(environment));
    const [bob, cleo] = [await nodes.person('Bob', nodes.a), await nodes.person('Cleo', nodes.b)];
    readers = [bob, cleo];
    ({ id } = await nodes.channel(bob, cleo));
  });
  after(async () => {
    await nodes.end();
    await database.remove();
  });

  /** When its keys were destroyed, in milliseconds of the clock, once all of it is done. */
  async function done(erasureId: string): Promise<number> {
    let keysAt: Date | undefined;
    await eventually('it is done', async () => {
      const text = `SELECT keys_at FROM erasure WHERE id = $1 AND state = 'done'`;
      const { rows } = await database.owner.query<{ keys_at: Date }>(text, [erasureId]);
      keysAt = rows[0]?.keys_at;
      return keysAt !== undefined;
    });
    return keysAt?.getTime() ?? assert.fail();
  }

  const textsOf = async (reader: Person, author: Person) => {
    const page = await reader.call('message.history', { channelId: id, limit: 50 }).accepted();
    return page.messages.filter(({ authorId }) => authorId === author.userId);
  };

  /** Who wrote what both readers have open, with a socket on each node. */
  async function author(name: string): Promise<Erased> {
    const credentials = await nodes.register(name, nodes.a);
    const person = new Person(nodes.a.url, name, await signIn(nodes.a, credentials));
    const connections = [await person.connect(), await person.connectTo(nodes.b.url)];
    await readers[0]?.call('member.add', { channelId: id, userId: person.userId }).accepted();
    for (const connection of connections)
      await connection.call('channel.subscribe', { channelId: id }).accepted();
    const sockets = connections.map((connection) => new Witness(connection));
    for (let n = 1; n <= TEXTS; n += 1) await person.send(id, `canary ${n}`, clientId()).accepted();
    for (const reader of readers)
      assert.equal((await textsOf(reader, person)).filter(isReadable).length, TEXTS);
    return { person, credentials, sockets };
  }

  /** Reads until there is no text any more, and then some: it does not come back. Gives when it was last readable. */
  async function lastReadable(reader: Person, by: Person, over: () => boolean): Promise<number> {
    let last = 0;
    while (!over()) {
      const asked = Date.now();
      if ((await textsOf(reader, by)).some(isReadable)) last = asked;
      await pause(LOOK_MS);
    }
    return last;
  }

  /** The bound counts from the destruction of the keys until nobody is shown the texts and no socket of theirs is open. */
  async function erased(name: string, circumstances: string, boundMs: number): Promise<void> {
    const { person, credentials, sockets } = await author(name);
    let over = false;
    const reading = readers.map((reader) => lastReadable(reader, person, () => over));
    const password = credentials.password;
    const { erasureId } = await person.call('erasure.request', { password }).accepted();
    const ends = sockets.map(async (socket) => {
      await socket.ends();
      return Date.now();
    });
    const tombstones = readers.map(async (reader) => {
      const texts = await textsOf(reader, person);
      for (const { id: gone } of texts)
        await reader.hearsMessage((m) => m.id === gone && m.content === 'deleted');
      return Date.now();
    });
    try {
      const keysAt = await done(erasureId);
      const [ended, shown] = [await Promise.all(ends), await Promise.all(tombstones)];
      await pause(boundMs); // would it come back, it would be seen
      over = true;
      const readable = await Promise.all(reading);
      const after = (moments: readonly number[]) => moments.map((at) => Math.max(0, at - keysAt));
      const told = (moments: readonly number[]) => after(moments).join(' and ');
      console.log(
        `      ${circumstances}: after the keys were destroyed, texts were read for ${told(readable)} ms, sockets of the erased ended after ${told(ended)} ms, screens had tombstones after ${told(shown)} ms`,
      );
      assert.ok(Math.max(...after(readable)) <= boundMs, 'nobody reads it');
      assert.ok(Math.max(...after(ended)) <= boundMs, 'no socket is left');
    } finally {
      over = true;
      await Promise.allSettled(reading);
    }
    for (const reader of readers)
      assert.deepEqual(
        (await textsOf(reader, person)).map(({ content, body }) => [content, body]),
        Array.from({ length: TEXTS }, () => ['deleted', null]),
      );
    for (const node of nodes.nodes) await isNobody(node, person, credentials);
  }

  async function isNobody(node: NodeProcess, person: Person, credentials: Credentials) {
    assert.equal(await signInRefusal(node, credentials), 'invalid_credentials');
    await assert.rejects(person.connectTo(node.url), /unauthenticated/);
  }

  it('is felt within a second', async () => {
    await erased('Ada', 'with Redis', BOUND_MS);
  });

  it('is felt within five seconds where nothing passes between the nodes and Redis', async () => {
    await withRedisCutOff(() => erased('Anna', 'with Redis cut off', BOUND_WITHOUT_REDIS_MS));
    await erased('Alma', 'with Redis back', BOUND_MS);
  });
});

function isReadable({ content }: { readonly content: string }): boolean {
  return content === 'present';
}
