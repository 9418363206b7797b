/** Data keys are replaced after so many messages or so much time, unnoticed: no send asks for it, fails or waits on another. */
import assert from 'node:assert/strict';
import { v7 } from 'uuid';
import { Content } from '../../src/chat/content.ts';
import { Sealer } from '../../src/chat/sealer.ts';
import { readConfig } from '../../src/config.ts';
import type { ChannelId, ClientId, MessageId, UserId } from '../../src/contract/index.ts';
import { envelope, keyring, Vault } from '../../src/crypto/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { later, systemClock, systemEntropy } from '../../src/platform/system.ts';
import { HandClock } from '../support/hand-clock.ts';
import { Person } from '../support/person.ts';
import { startNode, type Node } from '../support/two-nodes.ts';
import { World } from '../support/world.ts';
import { assertDense, quietChannel, row, rows } from './support.ts';

const config = readConfig(process.env);
const entropy = systemEntropy(systemClock);
const DAY = 24 * 60 * 60 * 1_000;

describe('key epochs', () => {
  let world: World;
  let node: Node;
  let postgres: Postgres;
  let ada: Person;
  let bob: Person;
  const environment = { KEY_EPOCH_MESSAGES: '10' };
  before(async () => {
    world = await World.create({ environment });
    node = await startNode(environment);
    postgres = new Postgres({ ...config.database, connections: 4 });
    [ada, bob] = await Promise.all([world.person('Ada'), world.person('Bob')]);
  });
  after(async () => {
    await postgres.close();
    await node.app.stop();
    await world.end();
  });

  const epochOf = async (id: ChannelId) =>
    Number((await row(world, 'SELECT key_epoch FROM channel WHERE id = $1', id))['key_epoch']);
  const lengths = (id: ChannelId) =>
    rows<{ key_epoch: number; count: number }>(
      world,
      'SELECT key_epoch, count(*)::int FROM message WHERE channel_id = $1 GROUP BY 1 ORDER BY 1',
      id,
    );

  it('end after so many messages, whoever sends them, and all of them stay readable', async () => {
    const { id: channelId } = await quietChannel(world, ada, [bob]);
    for (let i = 0; i < 25; i += 1)
      await (i % 2 ? ada : bob).send(channelId, `${i}`, world.clientId()).accepted();
    assert.deepEqual(await lengths(channelId), [
      { key_epoch: 1, count: 10 },
      { key_epoch: 2, count: 10 },
      { key_epoch: 3, count: 5 },
    ]);
    await assertDense(world, channelId);
    const there = new Person(node.url, 'Bob', bob);
    await there.connect();
    const { messages } = await there.call('message.history', { channelId }).accepted();
    there.leave();
    assert.deepEqual(
      messages.map(({ body }) => body),
      Array.from({ length: 25 }, (_, i) => `${i}`),
    );
  });

  it('end under two nodes at once, of which neither loses or refuses a message', async () => {
    const { id: channelId } = await quietChannel(world, ada, [bob]);
    const there = new Person(node.url, 'Bob', bob);
    await there.connect();
    const talk = async (person: Person) => {
      for (let i = 0; i < 30; i += 1)
        await Promise.all(
          [0, 1].map(() => person.send(channelId, 'x', v7() as ClientId).accepted()),
        );
    };
    await Promise.all([talk(ada), talk(there)]);
    there.leave();
    await assertDense(world, channelId);
    const epochs = await lengths(channelId);
    assert.ok(epochs.length >= 6, JSON.stringify(epochs));
    const { messages } = await ada.call('message.history', { channelId, limit: 100 }).accepted();
    const contents = new Set(messages.map(({ content }) => content));
    assert.deepEqual(contents, new Set(['present']));
  });

  /** A sealer of its own, with what it asks of the database. */
  function sealing({ messages = 10, clock = new HandClock() } = {}) {
    const asked: string[] = [];
    const lost = { it: false };
    const transaction: Postgres['transaction'] = (workspaceId, mode, work) => {
      asked.push(mode);
      if (lost.it) return Promise.reject(new Error('lost'));
      return postgres.transaction(workspaceId, mode, work);
    };
    const vault = new Vault(keyring(config.keys.root), entropy, systemClock);
    const content = new Content(vault, envelope(entropy), () => assert.fail());
    const epochs = { messages, ageMs: 90 * DAY };
    const options = { transaction, vault, entropy, later, clock, epochs };
    const sealer = new Sealer(content, options);
    const seal = (channelId: ChannelId) =>
      sealer.seal(world.workspaceId, channelId, ada.userId, v7() as ClientId, 'text');
    const reached = (channelId: ChannelId, seq: number) => {
      const append = { channelId, authorId: '' as UserId, clientId: '' as ClientId };
      const stored = { ...append, bodySealed: Buffer.of(), keyEpoch: 1, replyTo: null };
      const verdict = { verdict: 'sent', seq, rev: seq, at: new Date(0) } as const;
      const id = '' as MessageId;
      sealer.stored([{ ...stored, id }], [{ ...verdict, id }]);
    };
    return { seal, reached, asked, clock, lost };
  }

  it('cost the sends before their end no statement, and those at their end three transactions together', async () => {
    const { id } = await quietChannel(world, ada, [], { sayings: ['first'] });
    const { seal, reached, asked } = sealing();
    await seal(id);
    asked.length = 0;
    for (let seq = 2; seq < 10; seq += 1) {
      await seal(id);
      reached(id, seq);
    }
    assert.deepEqual(asked, []);
    reached(id, 10);
    const posts = await Promise.all(Array.from({ length: 5 }, () => seal(id)));
    assert.deepEqual(asked, ['own', 'read', 'own', 'read'], 'rolled, looked, made, looked');
    assert.deepEqual(new Set(posts.map(({ keyEpoch }) => keyEpoch)), new Set([2]));
    assert.equal(await epochOf(id), 2);
  });

  it('end after so many days, with the next message', async () => {
    const { id } = await quietChannel(world, ada);
    const { seal, clock } = sealing();
    assert.equal((await seal(id)).keyEpoch, 1);
    clock.forward(89 * DAY);
    assert.equal((await seal(id)).keyEpoch, 1);
    clock.forward(DAY);
    assert.equal((await seal(id)).keyEpoch, 2);
    assert.equal((await seal(id)).keyEpoch, 2, 'and the new one begins then');
  });

  it('go on where the next one cannot be begun, until it can', async () => {
    const { id } = await quietChannel(world, ada);
    const { seal, reached, lost } = sealing();
    await seal(id);
    reached(id, 10);
    lost.it = true;
    assert.equal((await seal(id)).keyEpoch, 1);
    lost.it = false;
    assert.equal((await seal(id)).keyEpoch, 2);
  });
});
